//! What the page teaches, as data: scenarios that are lessons. Nothing here runs; tests run all of it and hold it to what
//! it claims.

pub mod gallery;
