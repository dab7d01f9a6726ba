import "./styles/tokens.css";
import "./styles/base.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { followViewport } from "./lib/viewport.ts";
import { language } from "./texts/language.svelte.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");

followViewport();
await language.begin();
mount(App, { target });
