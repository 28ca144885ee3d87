import { byId, cloudBadge, copyButton, h } from "./dom.js";

/** Shows the configurations of clients, for one ingress at a time. */
export function showClients(ingresses) {
  const place = h("div", { className: "cards" });
  const choice = h(
    "select",
    { id: "client-ingress" },
    ...ingresses.map(({ cloud }) => h("option", { value: cloud }, cloud)),
  );
  const show = () => {
    const { cloud, imitates, configurations } =
      ingresses.find((ingress) => ingress.cloud === choice.value) ?? ingresses[0];
    place.replaceChildren(
      h("p", { className: "note" }, cloudBadge(cloud), ` ${imitates}`),
      ...configurations.map(({ client, file, text }) =>
        h(
          "article",
          { className: "card" },
          h("h2", {}, client, copyButton(text, `Copy the configuration of ${client}`)),
          h("p", { className: "note" }, file ? h("span", {}, "In ", h("code", {}, file)) : "In a shell"),
          h("pre", { tabIndex: 0 }, text),
        ),
      ),
    );
  };
  choice.addEventListener("change", show);
  byId("clients").replaceChildren(h("form", { className: "filters" }, h("label", {}, "Ingress ", choice)), place);
  show();
}
