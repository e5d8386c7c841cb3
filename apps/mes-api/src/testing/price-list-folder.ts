/** A price list as its file holds it, valid from the midnight of a day (UTC) to that of another, or without an end. */
export const aPriceList = (id: string, from: string, until: string | null = null) => ({
  id,
  validFrom: `${from}T00:00:00Z`,
  validUntil: until === null ? null : `${until}T00:00:00Z`,
  currency: 'EUR',
  metals: Object.fromEntries(
    ['gold-585', 'gold-750', 'silver-925', 'platinum-950'].map((metal) => [
      metal,
      { label: metal, densityMgPerCm3: 10_000, pricePerGramMinor: '5000', castingLossPermille: 30 },
    ]),
  ),
  stones: { label: 'Brilliant 1.5 mm', stoneMinor: '1850', settingMinor: '900' },
  finishes: Object.fromEntries(
    ['polished', 'brushed', 'hammered'].map((finish) => [
      finish,
      { label: finish, baseMinor: '4500', perCm2Minor: '350' },
    ]),
  ),
});
