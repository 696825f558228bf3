//! A record of a call that must not be sent a second time.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(DELETE, "/things/{id}", signed)]
    fn remove(&self, id: u8) -> Call<()>;
}

fn uses(client: &Client) {
    let _ = client.remove(7).record();
}

fn main() {}
