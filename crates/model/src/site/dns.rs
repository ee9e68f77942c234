//! What the domain name system says of a website's name.
