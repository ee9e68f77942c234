//! What Bartizan speaks over HTTP: one module for each API, over one set of use cases.
