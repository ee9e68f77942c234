//! A model's client, the SDK's own, from the start of a scan to what there is to repair.

use rmcp::{
    ServiceExt as _,
    model::{CallToolRequestParams, GetPromptRequestParams},
    service::{RoleClient, RunningService},
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};

use crate::{
    instance::{LOOPBACK, PATIENCE, Place},
    web_api::{site, web_token},
};

type Client = RunningService<RoleClient, ()>;

/// What a tool answers.
async fn call(client: &Client, tool: &'static str, arguments: &Value) -> Value {
    let arguments = arguments.as_object().unwrap().clone();
    let params = CallToolRequestParams::new(tool).with_arguments(arguments);
    let result = client.call_tool(params).await.unwrap();
    assert_ne!(result.is_error, Some(true), "{result:?}");
    result.structured_content.unwrap()
}

#[test]
fn a_client_of_the_sdk_completes_a_scan() {
    let site = site();
    let place = Place::sqlite();
    let server = place.serve(&LOOPBACK);
    let session = server.register("acme");
    let token = web_token(&server, &session, "fxw");
    let url = format!("{}/api/mcp", server.url);
    let completed = async {
        let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(token);
        let client = ().serve(StreamableHttpClientTransport::from_config(config)).await.unwrap();
        assert_eq!(client.list_all_tools().await.unwrap().len(), 4);
        assert_eq!(client.list_all_prompts().await.unwrap().len(), 1);
        let started = call(&client, "start_scan", &json!({ "target": site.url("/") })).await;
        let id = json!({ "id": started["id"] });
        let mut scan = call(&client, "get_scan", &id).await;
        while ["queued", "running"].iter().any(|status| scan["status"] == *status) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            scan = call(&client, "get_scan", &id).await;
        }
        assert_eq!(scan["status"], "completed", "{scan}");
        let of_secrets = json!({ "scan_id": started["id"], "category": "secrets" });
        let found = call(&client, "list_findings", &of_secrets).await;
        let finding = &found["findings"][0];
        let arguments = json!({ "finding_id": finding["id"] }).as_object().unwrap().clone();
        let params = GetPromptRequestParams::new("fix").with_arguments(arguments);
        let prompt = client.get_prompt(params).await.unwrap();
        let told = serde_json::to_string(&prompt.messages).unwrap();
        assert!(told.contains("secrets.js-bundle-sweep") && told.contains("/app.js"), "{told}");
        client.cancel().await.unwrap();
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, completed).await }).unwrap();
}
