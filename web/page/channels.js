export function channelsOf(health) {
  return Object.keys(health.channels ?? {});
}
