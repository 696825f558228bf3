//! Money: no payment twice, none lost, whatever fails.

#[cfg(unix)]
mod crash;
mod duplicates;
mod main_job;
