//! Beside a mistake of ours, the compiler does not get as far as the placeholder: we say it.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{thing_ic}", signed)] //~ ERROR
    fn get(&self, thing_id: u8) -> Call<String>;

    #[endpoint(GET, "/things", singed)] //~ ERROR
    fn list(&self) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, thing_id: u8) -> Call<String> { unimplemented!() }
    fn list(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = client.list();
    let _ = Fake.list();
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
