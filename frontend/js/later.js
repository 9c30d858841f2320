import htmx from "htmx.org";

// A part of a page that is fetched when it comes into view. Where that fails, or without a script, its link stays.
const BY_ITSELF = { "X-By-Itself": "1", "HX-Request": "true" };

async function fetchPart(place) {
  try {
    const answer = await fetch(place.dataset.later, { headers: BY_ITSELF });
    if (answer.status !== 200 || answer.redirected) return;
    place.innerHTML = (await answer.text()).trim();
    htmx.process(place);
  } catch { /* out of reach, or somebody went on: the link stays */ }
}

const watcher = "IntersectionObserver" in window && new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    fetchPart(target);
  }
});

const watch = (root) => { if (watcher) root.querySelectorAll("[data-later]").forEach((place) => watcher.observe(place)); };
watch(document);
document.addEventListener("htmx:afterSettle", (event) => watch(event.target));
