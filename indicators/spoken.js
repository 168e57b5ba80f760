// Marks the page as what its language is, and lets Streamlit's own buttons, menus and empty lists
// speak it: they have no setting for that. A slash leads to the search box from wherever nothing is
// typed, and Tab to what is chosen. `spoken`, `told` (its word → ours) and `searchKey` (of the box)
// come before this.
document.documentElement.lang = spoken;
window.ourWords = told;
window.sayOurs ??= (root) => {
  const ours = (text) => {
    const own = text.match(/^[^:…]*/)[0];
    return window.ourWords[own] ? window.ourWords[own] + text.slice(own.length) : text;
  };
  const said = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) =>
    node.localName === "svg" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  for (let node = root; node; node = said.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (ours(node.data) !== node.data) node.data = ours(node.data);
    } else for (const name of ["aria-label", "placeholder"]) {
      const text = node.getAttribute(name);
      if (text && ours(text) !== text) node.setAttribute(name, ours(text));
    }
  }
};
window.oursSaid ??= new MutationObserver((changes) => {
  for (const {addedNodes} of changes) for (const node of addedNodes)
    if (node instanceof HTMLElement || node.nodeType === Node.TEXT_NODE) window.sayOurs(node);
});
window.oursSaid.observe(document.body, {childList: true, subtree: true});
window.sayOurs(document.body);
window.toSearch ??= (pressed) => {
  const {target} = pressed;
  const typing = target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
  const box = document.querySelector(`.st-key-${window.searchKey} input`);
  if (pressed.key !== "/" || pressed.ctrlKey || pressed.metaKey || pressed.altKey || typing || !box) return;
  pressed.preventDefault();
  box.focus();
  box.select();
};
window.searchKey = searchKey;
// Tab reaches of a group of choices the one that is chosen, as it should; arrows lead to the others.
window.toChosen ??= ({target, relatedTarget}) => {
  const group = target.closest("[role=radiogroup]");
  const outside = group && !group.contains(relatedTarget);
  if (outside && window.byTab) group.querySelector("[role=radio][aria-checked=true]")?.focus();
};
window.howReached ??= (moved) => { window.byTab = moved.key === "Tab"; };
document.addEventListener("focusin", window.toChosen);
document.addEventListener("keydown", window.howReached, true);
document.addEventListener("pointerdown", window.howReached, true);
document.addEventListener("keydown", window.toSearch);
