//! Tests with money: no payment is duplicated or lost, whatever fails.

mod duplicates;
mod main_job;
mod pay_once;
