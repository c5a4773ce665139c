// The page.
import { channelsOf } from "./channels.js";
document.body.textContent = channelsOf({}).join();
