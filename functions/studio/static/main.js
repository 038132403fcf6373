/** Start of the page. */

import { h, render } from "./preact.js";
import { Studio } from "./studio.js";
import { Page } from "./page.js";

const studio = new Studio();
const root = document.createElement("div");
root.id = "root";
document.body.append(root);
render(h(Page, { studio }), root);
studio.open();
