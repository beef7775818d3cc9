/** Colours and defaults of the components. */
import {
  Button,
  createTheme,
  type MantineColorsTuple,
  Modal,
  NumberInput,
  Slider,
  Tooltip,
} from '@mantine/core';

/** Teal, dark enough at 7 and 8 for white text (AA). */
const BRAND: MantineColorsTuple = [
  '#e6fbf7',
  '#d0f3ec',
  '#a3e6d8',
  '#72d9c3',
  '#4ccdb2',
  '#33c6a6',
  '#1fa98b',
  '#0b7f68',
  '#08705b',
  '#045a49',
];

/** The library's greys of the dark theme, as cool as the panels (studio.css); 7 is the ground of sheets and dialogs. */
const DARK: MantineColorsTuple = [
  '#c9ccd0',
  '#b8bcc1',
  '#83888e',
  '#696e74',
  '#42474c',
  '#3a3f44',
  '#2b2f33',
  '#202326',
  '#1b1e21',
  '#131517',
];

export const studioTheme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 7 },
  colors: { brand: BRAND, dark: DARK },
  defaultRadius: 'sm',
  fontFamily: "Inter, 'Noto Sans KR', 'Noto Sans CJK KR', 'Malgun Gothic', system-ui, sans-serif",
  respectReducedMotion: true,
  // No text is smaller than 13 px.
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.125rem', xl: '1.25rem' },
  // The one scale of distances, in panels and style sheets.
  spacing: { '2xs': '0.25rem', xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    // The page does not scroll; locking it would add a style element, which the page's policy blocks.
    Modal: Modal.extend({ defaultProps: { lockScroll: false } }),
    // Its arrows would be too small to hit; the arrow keys do the same.
    NumberInput: NumberInput.extend({ defaultProps: { hideControls: true } }),
    Slider: Slider.extend({ defaultProps: { size: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
  },
});
