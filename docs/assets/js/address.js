// The change a reader made, kept in the address: ?gpu=H200+SXM&params=8 can be shared.

// Return the settings in the address that `models` know, and those that none of them knows.
export function settingsInAddress(models) {
  const [settings, unknown] = [{}, []];
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (models.some((m) => m.givens[name] || m.choices[name])) settings[name] = value;
    else if (!["h", "q"].includes(name)) unknown.push(name);
  }
  return { settings, unknown };
}

// Write the settings into the address without a new step in the history.
export function keepInAddress(settings) {
  const query = new URLSearchParams(settings).toString();
  history.replaceState(history.state, "", location.pathname + (query && `?${query}`) + location.hash);
}
