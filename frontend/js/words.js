// The sentences a script says come from the server, in the person's language: <script type="application/json" id="words">.
const source = document.getElementById("words");
const words = source ? JSON.parse(source.textContent) : {};

export function say(name, values = {}) {
  return (words[name] || "").replace(/%\((\w+)\)[ds]/g, (_, key) => values[key]);
}
