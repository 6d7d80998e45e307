// SPDX-License-Identifier: Apache-2.0
// Shows the API description. No other server is contacted, and an entered credential is gone when the page is closed.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
