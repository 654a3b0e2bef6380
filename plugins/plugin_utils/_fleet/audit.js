/* Copyright (c) 2026, the standalone.python authors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later
   Filters and sorts the hosts of the audit's page. Texts are compared, never made markup. */
"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const list = element("hosts"), rows = [...list.children];
  const filter = element("filter"), state = element("state"), sort = element("sort"), shown = element("shown");
  const names = new Intl.Collator("en", { numeric: true });
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) {
      const carried = row.dataset.carries.split(" ").filter(Boolean).map((id) => element(id).textContent);
      texts.set(row, [row.textContent, ...carried].join(" ").toLowerCase());
    }
    return texts.get(row);
  };
  const byHost = (one, other) => names.compare(one.dataset.host, other.dataset.host);
  const orders = {
    urgency: (one, other) => one.dataset.urgency - other.dataset.urgency || byHost(one, other),
    host: byHost,
    oldest: (one, other) => names.compare(one.dataset.oldest, other.dataset.oldest) || byHost(one, other),
  };
  const choose = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const fits = (!state.value || row.dataset.states.split("|").includes(state.value))
        && words.every((word) => textOf(row).includes(word));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} hosts`;
  };
  const order = () => list.append(...rows.sort(orders[sort.value]));
  filter.addEventListener("input", choose);
  state.addEventListener("change", choose);
  sort.addEventListener("change", order);
  document.documentElement.classList.add("scripted");
  if (filter.value || state.value) choose(); // browsers keep what was typed before the page was loaded again
  if (sort.value !== "urgency") order();
})();
