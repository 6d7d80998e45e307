// SPDX-License-Identifier: Apache-2.0
// Shows the description of the APIs. Nothing is asked of another server, and a credential that is entered is forgotten with the page.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
