//! The OpenAPI 3.1 document, made from the handlers themselves; what all of them share is added here.

use super::{ApiState, PREFIX, types::Problem};
use axum::{
    body::Bytes,
    http::header,
    routing::{MethodRouter, get},
};
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
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    get(move || {
        let json = json.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], json) }
    })
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
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100))))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(key));
    }
}
