//! The language people type to Sublet: one catalogue, from which parser, help, completion and forms come.
