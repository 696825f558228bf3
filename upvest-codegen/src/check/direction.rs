//! Whether a value is sent or received.

/// Whether a value is sent or received. A type may be wider in one direction only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::check) enum Direction {
    /// The declaration writes it.
    Request,
    /// The declaration reads it.
    Response,
}
