/** Line icons of one weight, 24 units square; decorative, the text beside them speaks. */
const PATHS = {
  overview: 'M5 20V9m7 11V4m7 16v-7',
  live: 'M3 12h4l3-8 4 16 3-8h4',
  memories:
    'M4 7c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3m0 0v10c0 1.7 3.6 3 8 3s8-1.3 8-3V7M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  agents: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-8 9c.6-4 3.8-6 8-6s7.400 2 8 6',
  patterns:
    'M6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4m12 3a2 2 0 1 0 0-4 2 2 0 0 0 0 4M9 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4M7.800 6.500 16 8.600M6.600 8l1.900 8M16.700 10.600 10.400 16.500',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18m0-14v5l3.500 2',
  system: 'M4 5h16v11H4zm5 15h6m-3-4v4',
  light:
    'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8m0-13v2m0 14v2M5.600 5.600 7 7m10 10 1.400 1.400M3 12h2m14 0h2M5.600 18.400 7 17M17 7l1.400-1.400',
  dark: 'M20 14.500A8 8 0 0 1 9.500 4a8 8 0 1 0 10.500 10.500',
  leave: 'M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4',
  close: 'm6 6 12 12M18 6 6 18',
  pause: 'M9 5v14M15 5v14',
  play: 'M8 5v14l11-7z',
  right: 'm9 5 7 7-7 7',
  left: 'm15 5-7 7 7 7',
  up: 'm5 15 7-7 7 7',
  down: 'm5 9 7 7 7-7',
  archive: 'M4 5h16v4H4zm1 4v10h14V9m-9 4h4',
  forget: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  check: 'm5 12.500 4.500 4.500L19 7',
  alert: 'M12 4 2.500 20h19zm0 6v4m0 3v.1',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14m5-2 4.500 4.500',
  pin: 'M12 21v-6m-5 0h10l-2-5V4H9v6z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Three layers, hot above warm above cold. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" fill="none" stroke-width="3" stroke-linecap="round" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--sunken)" />
      <path d="M9 10.500h14" stroke="var(--hot)" />
      <path d="M9 16h14" stroke="var(--warm)" />
      <path d="M9 21.500h14" stroke="var(--cold)" />
    </svg>
  );
}
