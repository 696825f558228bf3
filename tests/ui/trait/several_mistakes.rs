//! Each mistake of a trait is said in one build.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "things", signed)] //~ ERROR
    fn list(&self) -> Call<String>;

    #[endpoint(POST, "/things")] //~ ERROR
    async fn create(&self, body: &u8) -> Call<String>; //~ ERROR

    #[endpoint(DELETE, "/things/{id}", singed)] //~ ERROR //~ ERROR
    fn remove(&self, ident: u8) -> Call<()>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
    async fn create(&self, body: &u8) -> Call<String> { unimplemented!() }
    fn remove(&self, ident: u8) -> Call<()> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.list();
    let _ = Fake.list();
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = client.remove(7);
    let _ = Fake.remove(7);
}

fn main() {}
