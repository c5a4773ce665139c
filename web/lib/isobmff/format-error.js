// What is thrown at bytes or text from outside that break their format, and at nothing else.

export class HespFormatError extends Error {
  /** @param {string} message  one line that names what is wrong, and where */
  constructor(message) {
    super(message);
    this.name = "HespFormatError";
  }
}
