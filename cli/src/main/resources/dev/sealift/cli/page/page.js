"use strict";
// The host draws everything; this puts each piece that has changed in its place, and says whether the host still answers.
(() => {
  const connection = document.getElementById("connection");
  const spoken = document.getElementById("spoken");
  const moves = document.getElementById("moves");

  function say(state, words) {
    connection.dataset.state = state;
    if (connection.textContent !== words) connection.textContent = words;
  }

  function replace(place, html) {
    const folded = new Map([...place.querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
    const before = place.querySelector("article")?.dataset.status;
    const fresh = place.cloneNode(false);
    fresh.innerHTML = html;
    become(place, fresh);
    for (const each of place.querySelectorAll("details[id]")) {
      if (folded.has(each.id)) each.open = folded.get(each.id);
    }
    const article = place.querySelector("article");
    if (article && before && before !== article.dataset.status) {
      spoken.textContent = `${article.dataset.title}: ${article.dataset.status}`;
    }
  }

  // Only what differs is touched: the focus, a selection, and a key or button that is down outlive it.
  function become(element, fresh) {
    // Whether it is unfolded is the reader's affair.
    const reads = (name) => name === "open" && element.matches("details[id]");
    for (const { name } of [...element.attributes]) {
      if (!fresh.hasAttribute(name) && !reads(name)) element.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (element.getAttribute(name) !== value && !reads(name)) element.setAttribute(name, value);
    }
    const before = [...element.childNodes];
    const after = [...fresh.childNodes];
    after.forEach((node, index) => {
      const old = before[index];
      if (!old) element.append(node);
      else if (old.nodeName !== node.nodeName || old.id !== node.id) old.replaceWith(node);
      else if (node.nodeType === Node.ELEMENT_NODE) become(old, node);
      else if (old.data !== node.data) old.data = node.data;
    });
    before.slice(after.length).forEach((node) => node.remove());
  }

  function show(update) {
    for (const [name, html] of Object.entries(update.pieces)) {
      let place = document.getElementById(name);
      if (!place && name.startsWith("move-")) {
        place = document.createElement("div");
        place.id = name;
        moves.append(place);
      }
      if (place) replace(place, html);
    }
    update.moves.forEach((name, index) => {
      const place = document.getElementById(name);
      if (place && moves.children[index] !== place) moves.insertBefore(place, moves.children[index] ?? null);
    });
    while (moves.children.length > update.moves.length) moves.lastElementChild.remove();
  }

  let lost = null;

  function follow() {
    const events = new EventSource("events/page");
    events.onmessage = (event) => {
      lost = null;
      show(JSON.parse(event.data));
      say("live", "Live");
    };
    events.onopen = () => {
      lost = null;
      say("live", "Live");
    };
    events.onerror = () => {
      lost ??= new Date().toISOString().slice(11, 19);
      say("lost", `Not connected since ${lost} UTC; trying again`);
      // After a refusal the browser gives up by itself: too many pages are open, or another host is there now.
      if (events.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
    };
  }

  follow();
})();
