/**
 * Check digits of Japanese and payment-card numbers.
 *
 * Sources: My Number, Ministry of Internal Affairs ordinance No. 85 of 2014, article 5; driving licence, eleventh
 * digit, weights 5432765432 modulo 11; corporate numbers, ordinance of the Ministry of Finance No. 70 of 2014, article 2;
 * cards, ISO/IEC 7812-1 (Luhn).
 */

/** Whether 12 digits are a My Number (個人番号). */
export function isMyNumber(digits: string): boolean {
  if (!/^\d{12}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false
  let sum = 0
  for (let n = 1; n <= 11; n++) sum += Number(digits[11 - n]) * (n <= 6 ? n + 1 : n - 5)
  const rest = sum % 11
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest)
}

/** Whether 12 digits are a driving licence number (運転免許証番号). */
export function isDrivingLicence(digits: string): boolean {
  if (!/^\d{12}$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < 10; i++) sum += Number(digits[i]) * Number('5432765432'[i])
  const rest = 11 - (sum % 11)
  return Number(digits[10]) === (rest >= 10 ? rest - 10 : rest)
}

/** Whether 13–19 digits are a payment-card number. */
export function isCardNumber(digits: string): boolean {
  if (!/^[2-6]\d{12,18}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)
  }
  return sum % 10 === 0
}

/** Whether 13 digits are a corporate number (法人番号, public): ordinance of the Ministry of Finance No. 70 of 2014. */
export function isCorporateNumber(digits: string): boolean {
  if (!/^[1-9]\d{12}$/.test(digits)) return false
  let sum = 0
  for (let n = 1; n <= 12; n++) sum += Number(digits[13 - n]) * (n % 2 === 0 ? 2 : 1)
  return Number(digits[0]) === 9 - (sum % 9)
}
