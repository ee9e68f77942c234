//! What is done now and then without anybody asking.
