//! Declarations of endpoints from Upvest's OpenAPI description, and a check that they still agree.
//!
//! This is the library behind the program `upvest-codegen`, for library authors who add endpoints to
//! [`upvest-core`](https://docs.rs/upvest-core). An application that only calls the API does not
//! need it.
//!
//! - [`Description::generate`] writes `#[api]` traits and their types, as an author would write them.
//!   The output is committed and read: it is not for build scripts.
//! - [`Description::check`] compares declarations with a description, generated or not, and reports
//!   each difference at its line.
//! - [`Description::list`] says which operations there are, and which are declared.
//!
//! ```
//! use upvest_codegen::{Description, Layout, Names, Selection, Source};
//!
//! let description = Description::read(
//!     r#"
//! openapi: 3.0.3
//! info: { title: Rentals, version: 1.2.0 }
//! paths:
//!   /rentals/{rental_id}:
//!     get:
//!       operationId: retrieve_rental
//!       tags: [Rentals]
//!       parameters:
//!         - { name: rental_id, in: path, required: true, schema: { type: string, format: uuid } }
//!         - { name: signature, in: header, required: true, schema: { type: string } }
//!       security: [{ oauth: ["rentals:read"] }]
//!       responses:
//!         "200":
//!           content:
//!             application/json:
//!               schema:
//!                 title: Rental
//!                 type: object
//!                 properties:
//!                   id: { type: string, format: uuid }
//!                   status: { type: string, enum: [OPEN, RETURNED] }
//!                 required: [id, status]
//! "#,
//! )?;
//!
//! let mut names = Names::default();
//! let generated = description.generate(&Selection::all(), Layout::File, &mut names)?;
//! let code = &generated.files()["lib.rs"];
//! assert!(code.contains(r#"#[endpoint(GET, "/rentals/{rental_id}", signed)]"#));
//! assert!(code.contains("fn retrieve_rental(&self, rental_id: RentalId) -> Call<Rental>;"));
//! assert!(code.contains("pub status: RentalStatus,"));
//!
//! let report = description.check(&[Source::new("src/lib.rs", code)])?;
//! assert!(report.drifts().is_empty());
//! # Ok::<(), upvest_codegen::Error>(())
//! ```
//!
//! # What becomes what
//!
//! | in the description | in Rust |
//! | --- | --- |
//! | a tag | an `#[api]` trait, and an `events!` enum for its webhooks |
//! | an operation | a method; one for each type of content that it responds with |
//! | `idempotency-key`, `signature`, scopes, other headers | `idempotent`, `signed`, `scope`, `header` |
//! | `meta` and `data` in a response | `Page<T>` |
//! | an object | a struct with `new`, which takes what is required; without required fields, with `Default` |
//! | equal objects whose titles do not differ, equal enums | one type |
//! | an object with any fields; further fields | `BTreeMap<String, T>`; a field `further_fields` |
//! | an enum of texts | `open_enum!` |
//! | one of several objects (`oneOf`; `anyOf` is read in the same way) | `one_of!`; one struct if a struct has all fields of the other ones |
//! | a UUID | `Uuid`, or a type declared with `id!` and named after the field: `RentalId` for `rental_id` |
//! | money, decimals, times, dates, ISINs, countries, currencies | `Amount`, `Decimal`, `Timestamp`, `Date`, `Isin`, `CountryCode`, `Currency` |
//! | a field that may be absent or `null` | `Option` |
//! | a value that no Rust type fits | `serde_json::Value`, with a comment and in [`Generated::unexpressed`] |
//!
//! Docs state facts: limits, patterns, defaults, examples. Sentences of the description are copied
//! only on request.

mod api;
mod check;
mod error;
mod generate;
mod list;
mod names;
mod openapi;

pub use check::{Drift, DriftKind, Report, Source};
pub use error::Error;
pub use generate::{Formatting, Generated, Layout, Selection, format};
pub use list::{ListedOperation, ListedTag, Listing};
pub use names::Names;

/// Enough for a document nested as deeply as is allowed, in a build without optimization.
const READER_STACK: usize = 64 << 20;

/// An OpenAPI description, as Upvest publishes it.
#[derive(Debug)]
pub struct Description(api::Api);

impl Description {
    /// Reads a description: OpenAPI 3.0 or 3.1, in YAML or JSON.
    ///
    /// # Errors
    /// Fails if the text is not such a description, with the position of the mistake.
    pub fn read(text: &str) -> Result<Self, Error> {
        // Reading is recursive, and the stack of the caller may be small.
        std::thread::scope(|scope| {
            let reader = std::thread::Builder::new().stack_size(READER_STACK);
            let reader = reader
                .spawn_scoped(scope, || api::Api::read(text))
                .map_err(|cause| Error::new(format!("cannot start a thread to read: {cause}")))?;
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map(Self)
        })
    }

    /// Returns the title and the version of the API.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{} {}", self.0.title, self.0.version)
    }
}
