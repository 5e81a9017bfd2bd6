//! Table tests over the catalogue.
