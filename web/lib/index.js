// A player for HESP channels in a web page.

export { HespPlayer } from "./player/player.js";
