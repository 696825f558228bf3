//! Whether the books balance.

use rusqlite::Connection;

/// Returns whether each balance is the sum of its ledger entries, and each entry belongs to a
/// confirmed operation.
pub(crate) fn is_balanced(db: &Connection) -> rusqlite::Result<bool> {
    let query = "SELECT
        (SELECT count(*) FROM balance b WHERE b.minor_units != (
            SELECT coalesce(sum(l.minor_units), 0) FROM ledger l
            WHERE (l.account_group_id, l.currency) = (b.account_group_id, b.currency)))
        + (SELECT count(*) FROM ledger l LEFT JOIN operation o ON o.number = l.operation
           WHERE o.status IS NOT 'CONFIRMED'
             OR l.minor_units != iif(o.kind = 'decrease', -o.minor_units, o.minor_units))
        + (SELECT count(*) FROM operation o WHERE o.status = 'CONFIRMED'
             AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.operation = o.number))";
    Ok(db.query_row(query, [], |row| row.get::<_, i64>(0))? == 0)
}
