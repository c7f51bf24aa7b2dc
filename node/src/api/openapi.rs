//! The OpenAPI 3.1 document, made from the handlers themselves; what all of them share is added here.

use super::{ApiState, PREFIX, types::Problem};
use axum::{
    body::Bytes,
    http::header,
    routing::{MethodRouter, get},
};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder,
        PathItem, Ref, RefOr, Required, ResponseBuilder, Type,
        path::{Operation, ParameterBuilder, ParameterIn},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

/// The name of the admin token among the security schemes.
const TOKEN: &str = "admin_token";

/// The document over the routes for everybody and those that need the admin token.
pub(super) fn document(mut open: OpenApi, mut guarded: OpenApi) -> OpenApi {
    for item in open.paths.paths.values_mut() {
        operations(item).for_each(|(method, operation)| share(method, operation));
    }
    for item in guarded.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            share(method, operation);
            operation.security = Some(vec![SecurityRequirement::new(TOKEN, [""; 0])]);
        }
    }
    open.merge(guarded);
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The content of the node's admin.token file."))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme(TOKEN, SecurityScheme::Http(token))
        .schema(Problem::name(), <Problem as utoipa::PartialSchema>::schema())
        .build();
    let info = InfoBuilder::new()
        .title("Kith")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A community's time bank: members, offers and needs, exchanges, partnerships and the signed ledger. Minutes are whole numbers, times are milliseconds since 1970.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let base = OpenApiBuilder::new().info(info).components(Some(components)).build();
    base.nest(PREFIX, open)
}

/// Serves the document.
pub(super) fn route(document: &OpenApi) -> MethodRouter<ApiState> {
    let mut whole = serde_json::to_value(document).unwrap_or_default();
    exact(&mut whole, false);
    let json = Bytes::from(serde_json::to_vec(&whole).unwrap_or_default());
    get(move || {
        let json = json.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], json) }
    })
}

/// Says of every number how large it may be, as its type in Rust has it, and of no parameter of an address that it may be
/// null: what is not there is left out.
fn exact(value: &mut Value, parameter: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| exact(item, parameter)),
        Value::Object(fields) => {
            if parameter && let Some(Value::Array(kinds)) = fields.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [only] = kinds.as_slice() {
                    let only = only.clone();
                    fields.insert("type".into(), only);
                }
            }
            if parameter && let Some(Value::Array(kinds)) = fields.get_mut("oneOf") {
                kinds.retain(|kind| kind["type"] != "null");
            }
            // What is left out is null to the node; that is no value for a field that may not be null.
            fields.retain(|name, value| name != "default" || !value.is_null());
            let (format, signed) = (fields.get("format").and_then(Value::as_str), !fields.contains_key("minimum"));
            let (least, most) = match (format, signed) {
                (Some("int32"), false) => (0.into(), u32::MAX.into()),
                (Some("int32"), true) => (i32::MIN.into(), i32::MAX.into()),
                (Some("int64"), false) => (0.into(), u64::MAX.into()),
                (Some("int64"), true) => (i64::MIN.into(), i64::MAX.into()),
                _ => (Value::Null, Value::Null),
            };
            // By its format alone, a number without a sign would end where one with a sign does.
            let format = match (format, signed) {
                (Some("int32"), false) => Some("uint32"),
                (Some("int64"), false) => Some("uint64"),
                _ => None,
            };
            if let Some(format) = format {
                fields.insert("format".into(), format.into());
            }
            if !most.is_null() {
                fields.entry("minimum").or_insert(least);
                fields.entry("maximum").or_insert(most);
            }
            for (name, inner) in fields.iter_mut() {
                exact(inner, parameter || name == "parameters");
            }
        }
        _ => {}
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, .. } = item;
    [("get", get), ("put", put), ("post", post), ("delete", delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Every operation may end in a problem; every write takes an idempotency key.
fn share(method: &str, operation: &mut Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let refused =
        ResponseBuilder::new().description("Refused; `code` says why.").content("application/problem+json", problem);
    operation.responses.responses.insert("default".into(), RefOr::T(refused.build()));
    if method != "get" {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("1 to 100 printable characters: sending the same request again has no second effect."))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some(100))
                    // Headers lose the spaces around them.
                    .pattern(Some("^[!-~]([ -~]*[!-~])?$")),
            ))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(key));
    }
}
