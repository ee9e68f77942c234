//! What pages hold and embed, where that concerns security.

mod addresses;
mod compromised_host;
mod credentials;
mod database_error;
mod debug_page;
mod development_build;
mod form_over_http;
mod hosts;
mod insecure;
mod insecure_own_link;
mod insecure_websocket;
mod internal_host;
mod javascript_url;
mod loads_from_localhost;
mod message_to_any_origin;
mod mixed_active;
mod mixed_passive;
mod password_by_get;
mod password_over_http;
mod password_to_other_site;
mod private_address;
mod protocol_relative_url;
mod retired_host;
mod revealing_comment;
mod script_sink;
mod secret_in_comment;
mod stack_trace;
mod subresource_integrity;
mod subresource_integrity_invalid;
mod token_in_url;
mod unsandboxed_frame;
mod window_opener;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &compromised_host::CHECK,
    &database_error::CHECK,
    &debug_page::CHECK,
    &development_build::CHECK,
    &form_over_http::CHECK,
    &insecure_own_link::CHECK,
    &insecure_websocket::CHECK,
    &internal_host::CHECK,
    &javascript_url::CHECK,
    &loads_from_localhost::CHECK,
    &message_to_any_origin::CHECK,
    &mixed_active::CHECK,
    &mixed_passive::CHECK,
    &password_by_get::CHECK,
    &password_over_http::CHECK,
    &password_to_other_site::CHECK,
    &private_address::CHECK,
    &protocol_relative_url::CHECK,
    &retired_host::CHECK,
    &revealing_comment::CHECK,
    &script_sink::CHECK,
    &secret_in_comment::CHECK,
    &stack_trace::CHECK,
    &subresource_integrity::CHECK,
    &subresource_integrity_invalid::CHECK,
    &token_in_url::CHECK,
    &unsandboxed_frame::CHECK,
    &window_opener::CHECK,
];
