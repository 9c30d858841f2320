// The API page: swagger-ui comes from npm, beside this file; nothing is fetched but the schema.
const place = document.getElementById("api");
window.SwaggerUIBundle({
  domNode: place, url: place.dataset.schema, deepLinking: true, validatorUrl: null,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
    return request;
  },
});
