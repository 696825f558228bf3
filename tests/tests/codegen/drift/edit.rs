//! Changes to a description, as JSON.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use upvest_tests::data;

/// A description that is changed.
pub struct Spec(pub Value);

impl Spec {
    pub fn bicycles() -> Self {
        static READ: OnceLock<Value> = OnceLock::new();
        let read = || {
            let text = std::fs::read_to_string(data("codegen/bicycles.yaml")).unwrap();
            serde_saphyr::from_str(&text).unwrap()
        };
        Self(READ.get_or_init(read).clone())
    }

    /// The text of the changed description: JSON.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// The operation with this id.
    pub fn operation(&mut self, id: &str) -> &mut Value {
        let paths = self.0["paths"].as_object_mut().unwrap();
        let operations = paths.values_mut().flat_map(|path| path.as_object_mut().unwrap());
        let mut operations = operations.map(|(_, operation)| operation);
        operations.find(|operation| operation["operationId"] == id).unwrap()
    }

    /// The path that has the operation with this id, with its template.
    pub fn path(&mut self, id: &str) -> (String, &mut Map<String, Value>) {
        let paths = self.0["paths"].as_object_mut().unwrap();
        let has =
            |path: &Value| path.as_object().unwrap().values().any(|it| it["operationId"] == id);
        let (template, path) = paths.iter_mut().find(|(_, path)| has(path)).unwrap();
        (template.clone(), path.as_object_mut().unwrap())
    }

    /// Moves the operation with this id.
    pub fn move_to(&mut self, id: &str, method: &str, template: &str) {
        let (_, path) = self.path(id);
        let old = path.iter().find(|(_, it)| it["operationId"] == id).unwrap().0.clone();
        let operation = path.remove(&old).unwrap();
        let parameters = path.get("parameters").cloned().unwrap_or(json!([]));
        let paths = self.0["paths"].as_object_mut().unwrap();
        let target = paths.entry(template).or_insert(json!({"parameters": parameters}));
        target[method] = operation;
    }

    /// Adds a query parameter to an operation.
    pub fn add_parameter(&mut self, id: &str, name: &str, is_required: bool, schema: Value) {
        let parameters = &mut self.operation(id)["parameters"];
        if parameters.is_null() {
            *parameters = json!([]);
        }
        let parameter =
            json!({"name": name, "in": "query", "required": is_required, "schema": schema});
        parameters.as_array_mut().unwrap().push(parameter);
    }

    /// The parameter of an operation.
    pub fn parameter(&mut self, id: &str, name: &str) -> &mut Value {
        let parameters = self.operation(id)["parameters"].as_array_mut().unwrap();
        parameters.iter_mut().find(|parameter| parameter["name"] == name).unwrap()
    }

    /// Removes a parameter of an operation, or one that its path shares.
    pub fn remove_parameter(&mut self, id: &str, name: &str) {
        let is_it = |it: &Value| {
            it["name"] == name
                || it["$ref"].as_str().is_some_and(|target| target.ends_with(&format!("/{name}")))
        };
        if let Some(parameters) = self.operation(id).get_mut("parameters") {
            parameters.as_array_mut().unwrap().retain(|it| !is_it(it));
        }
        let (_, path) = self.path(id);
        path["parameters"].as_array_mut().unwrap().retain(|it| !is_it(it));
    }

    /// The schema of the JSON body of an operation.
    pub fn body(&mut self, id: &str) -> &mut Value {
        &mut self.operation(id)["requestBody"]["content"]["application/json"]["schema"]
    }

    /// The success of an operation.
    pub fn success(&mut self, id: &str) -> &mut Value {
        let responses = self.operation(id)["responses"].as_object_mut().unwrap();
        responses.iter_mut().find(|(status, _)| status.starts_with('2')).unwrap().1
    }

    /// The schema of the JSON of a success.
    pub fn response(&mut self, id: &str) -> &mut Value {
        &mut self.success(id)["content"]["application/json"]["schema"]
    }

    /// The schema of the events with this operation id.
    pub fn event(&mut self, id: &str) -> &mut Value {
        let webhooks = self.0["x-webhooks"].as_object_mut().unwrap();
        let webhook = webhooks.values_mut().find(|it| it["post"]["operationId"] == id).unwrap();
        &mut webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
    }

    /// Changes each schema with this title.
    pub fn each(&mut self, title: &str, change: impl Fn(&mut Value)) {
        each(&mut self.0, title, &change);
    }
}

fn each(value: &mut Value, title: &str, change: &dyn Fn(&mut Value)) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| each(field, title, change));
            if value["title"] == title {
                change(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, title, change)),
        _ => {}
    }
}

/// What changes of the schema of an object.
pub trait Object {
    fn add(&mut self, name: &str, is_required: bool, schema: Value);
    fn remove(&mut self, name: &str);
    fn rename(&mut self, name: &str, new: &str);
    fn require(&mut self, name: &str);
    fn make_optional(&mut self, name: &str);
    /// The schema of a field.
    fn field(&mut self, name: &str) -> &mut Value;
}

impl Object for Value {
    fn add(&mut self, name: &str, is_required: bool, schema: Value) {
        self["properties"][name] = schema;
        if is_required {
            self.require(name);
        }
    }

    fn remove(&mut self, name: &str) {
        self["properties"].as_object_mut().unwrap().remove(name).unwrap();
        self.make_optional(name);
    }

    fn rename(&mut self, name: &str, new: &str) {
        let is_required = self["required"].as_array().unwrap().contains(&name.into());
        let schema = self.field(name).clone();
        self.remove(name);
        self.add(new, is_required, schema);
    }

    fn require(&mut self, name: &str) {
        if self["required"].is_null() {
            self["required"] = json!([]);
        }
        self["required"].as_array_mut().unwrap().push(name.into());
    }

    fn make_optional(&mut self, name: &str) {
        self["required"].as_array_mut().unwrap().retain(|required| required != name);
    }

    fn field(&mut self, name: &str) -> &mut Value {
        assert!(self["properties"][name].is_object(), "{name}");
        &mut self["properties"][name]
    }
}

/// Adds a value to an enum.
pub fn add_value(schema: &mut Value, text: &str) {
    schema["enum"].as_array_mut().unwrap().push(text.into());
}

/// Removes a value of an enum.
pub fn remove_value(schema: &mut Value, text: &str) {
    schema["enum"].as_array_mut().unwrap().retain(|value| value != text);
}
