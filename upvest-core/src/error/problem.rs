//! The problem document that the API sends with every error.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use upvest_types::__private::{LONGEST_TEXT, cut};

use crate::error::LONGEST_REQUEST_ID;
use crate::json::lenient::Fields;

/// A problem document, `application/problem+json`, as the API sends with every error.
///
/// Decide by [`code`](Problem::code), never by `title` or `detail`, which are for people.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// `https://docs.upvest.co/errors/<code>`
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status, repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A short text, the same for each problem of one type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is wrong with this request. Some pages of the API's documentation call it `details`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Identifies this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The request id, as in the header `upvest-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Reads any JSON object. A field of the wrong type is left out.
impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = ["type", "status", "title", "detail", "details", "instance", "request_id"];
        let fields = Fields::read(deserializer, &names)?;
        let mut fields =
            fields.ok_or_else(|| de::Error::custom("invalid problem document: not an object"))?;
        Ok(Self {
            kind: fields.text("type").unwrap_or_default(),
            status: fields.number("status").and_then(|status| status.try_into().ok()),
            title: fields.text("title"),
            detail: fields.text("detail").or_else(|| fields.text("details")),
            instance: fields.text("instance"),
            request_id: fields.text("request_id"),
        })
    }
}

impl Problem {
    /// Returns the problem of this type: `code` is its last part, such as `unprocessable_entity`.
    #[must_use]
    pub fn new(status: u16, code: &str) -> Self {
        Self {
            kind: format!("https://docs.upvest.co/errors/{code}"),
            status: Some(status),
            ..Self::default()
        }
    }

    /// Whether one of its texts contains the client secret of this form.
    pub(crate) fn quotes_secret_of(&self, form: &[u8]) -> bool {
        let texts = [
            Some(&self.kind),
            self.title.as_ref(),
            self.detail.as_ref(),
            self.instance.as_ref(),
            self.request_id.as_ref(),
        ];
        let values: Vec<(String, String)> = serde_urlencoded::from_bytes(form).unwrap_or_default();
        let secret = values.iter().find(|(name, _)| name == "client_secret");
        secret.is_some_and(|(_, secret)| {
            texts.into_iter().flatten().any(|text| text.contains(secret.as_str()))
        })
    }

    /// Returns the last part of the type, such as `invalid_request`.
    #[must_use]
    pub fn code(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }
}

/// Long texts are cut, so that they fit on a line.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn short(text: Option<&String>, longest: usize) -> Option<Cow<'_, str>> {
            text.map(|text| cut(text, longest))
        }
        f.debug_struct("Problem")
            .field("kind", &cut(&self.kind, LONGEST_TEXT))
            .field("status", &self.status)
            .field("title", &short(self.title.as_ref(), LONGEST_TEXT))
            .field("detail", &short(self.detail.as_ref(), LONGEST_TEXT))
            .field("instance", &short(self.instance.as_ref(), LONGEST_TEXT))
            .field("request_id", &short(self.request_id.as_ref(), LONGEST_REQUEST_ID))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn both_spellings_of_detail_are_read_and_unknown_fields_are_ignored() {
        for name in ["detail", "details"] {
            let json = format!(r#"{{"type":"bad_request","{name}":"text","extra":[1]}}"#);
            let problem: Problem = serde_json::from_str(&json).unwrap();
            assert_eq!(problem.detail.as_deref(), Some("text"));
            assert_eq!(problem.code(), "bad_request");
        }
        let odd =
            r#"{"type":"https://x/conflict","detail":"a","details":"b","status":"409","title":[]}"#;
        let problem: Problem = serde_json::from_str(odd).unwrap();
        assert_eq!((problem.code(), problem.detail.as_deref()), ("conflict", Some("a")));
        assert_eq!((problem.status, problem.title), (None, None));
        assert!(serde_json::from_str::<Problem>("[]").is_err());
    }
}
