/* Copyright (c) 2026, the standalone.python authors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later
   Filters and sorts the hosts of the audit's page, and moves between them by keys. Texts are compared, never made
   markup. */
"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const list = element("hosts"), rows = [...list.children];
  const filter = element("filter"), state = element("state"), sort = element("sort"), shown = element("shown");
  const todo = element("todo");
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) {
      const carried = row.dataset.carries.split(" ").filter(Boolean).map((id) => element(id).textContent);
      texts.set(row, [row.textContent, ...carried].join(" ").toLowerCase());
    }
    return texts.get(row);
  };
  const isShown = (row) => !row.hidden && !(todo.checked && row.classList.contains("fine"));
  const choose = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      row.hidden = !((!state.value || row.dataset.states.split("|").includes(state.value))
        && words.every((word) => textOf(row).includes(word)));
    }
    const count = rows.filter(isShown).length;
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} hosts`;
  };
  const orders = ["urgency", "host", "oldest"]; // as data-ranks has them
  const ranks = new Map(rows.map((row) => [row, row.dataset.ranks.split(" ").map(Number)]));
  const order = () => {
    const by = orders.indexOf(sort.value), parent = list.parentNode, next = list.nextSibling;
    rows.sort((one, other) => ranks.get(one)[by] - ranks.get(other)[by]);
    list.remove(); // outside of the page rows move without any work for what is in them
    list.append(...rows);
    parent.insertBefore(list, next);
  };
  // From a row to another one that is shown, in steps of one; from the filter, which has no row, to the first.
  const move = (event, from, step) => {
    let index = from;
    do index += step; while (rows[index] && !isShown(rows[index]));
    if (!rows[index]) return;
    event.preventDefault();
    rows[index].firstElementChild.focus();
  };
  list.addEventListener("keydown", (event) => {
    const at = event.target.tagName === "SUMMARY" ? rows.indexOf(event.target.parentNode) : -1;
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "ArrowDown") move(event, at, 1);
    if (event.key === "ArrowUp") move(event, at, -1);
    if (event.key === "Home") move(event, -1, 1);
    if (event.key === "End") move(event, rows.length, -1);
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(event, -1, 1);
    if (event.key === "Escape" && filter.value) {
      event.preventDefault();
      filter.value = "";
      choose();
    }
  });
  filter.addEventListener("input", choose);
  state.addEventListener("change", choose);
  todo.addEventListener("change", choose);
  sort.addEventListener("change", order);
  document.documentElement.classList.add("scripted");
  if (filter.value || state.value || todo.checked) choose(); // browsers keep what was typed before the page was loaded
  if (sort.value !== "urgency") order();
})();
