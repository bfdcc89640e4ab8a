// Shows both OpenAPI documents with Swagger UI; "Try it out" calls this very server.

const { SwaggerUIBundle, SwaggerUIStandalonePreset } = window;

SwaggerUIBundle({
  dom_id: "#reference",
  urls: [
    { name: "The emulated API (openapi.yaml)", url: "/_emulator/docs/openapi.json" },
    { name: "The control plane", url: "/_emulator/openapi.json" },
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    const url = new URL(request.url, location.href);
    request.url = `${location.origin}${url.pathname}${url.search}`;
    return request;
  },
});
