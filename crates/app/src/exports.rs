//! Reports of a scan, made as they are read.
