import { describe, expect, it } from 'vitest'
import { detect, detectAll } from '#redaction/detect.ts'

/** The text with what was found as `<kind>`. */
function marked(text: string, found = detect(text)): string {
  let result = ''
  let from = 0
  for (const { kind, start, end } of found) {
    result += `${text.slice(from, start)}<${kind}>`
    from = end
  }
  return result + text.slice(from)
}

describe('finds', () => {
  it.each([
    ['write to jane.doe+x@mail.example.co.uk.', 'write to <email>.'],
    ['\'o’neill@uni.ie\' or "j smith"', '\'<email>\' or "j smith"'],
    ['lena (at) posteo (dot) de, juan arroba correo punto es', '<email>, <email>'],
    ['I am j dot r dot ortega at mail dot com', 'I am <email>'],
    ['a link with user%40example.com in it', 'a link with <email> in it'],
  ])('addresses: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['+1 (415) 555-0132 or 415-555-0132', '<phone> or <phone>'],
    ['(415) 555 0132, 415.555.0132 or 1-415-555-0132', '<phone>, <phone> or <phone>'],
    ['+49 170 1234567, London 020 7946 0958, 0033 1 42 68 53 00', '<phone>, London <phone>, <phone>'],
    ['call me on 9876543210 or 98450 12345', 'call me on <phone> or <phone>'],
    ['Tel.: 089/12345678, mon numéro 06 12 34 56 78', 'Tel.: <phone>, mon numéro <phone>'],
    ['手机号13812345678，谢谢', '手机号<phone>，谢谢'],
    ['my no. is 8881234567', 'my no. is <phone>'],
    ['412 60 039-Office', '<phone>-Office'],
    ['drop (0)20 7946 0551, use 333 7194406 or 944 27 81 36', 'drop <phone>, use <phone> or <phone>'],
    ['44 7700 900417 and 415.555.0132 x22', '<phone> and <phone>'],
    ['ring meg på 412 88 307 o 8 916 224-71-05', 'ring meg på <phone> o <phone>'],
  ])('phone numbers: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['card 4111 1111 1111 1111 declined', 'card <card> declined'],
    ['4111111111111111, amex 3782-822463-10005', '<card>, amex <card>'],
    ['4012 8888 8888 1881 09/27', '<card> 09/27'],
    ['my card 4111 1111 1111 1112, mistyped', 'my card <card>, mistyped'],
    ['88.20,5555555555554444,x', '88.20,<card>,x'],
    ['the card4111111111111111 of mine', 'the card<card> of mine'],
  ])('cards: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['IBAN DE89 3704 0044 0532 0130 00 PLEASE', 'IBAN <iban> PLEASE'],
    ['GB82WEST12345698765432 and be68-5390-0754-7034', '<iban> and <iban>'],
    ['from LU28 0019 4006 4475 0000 to AT611904300234573201', 'from <iban> to <iban>'],
    ['przelew na 61109010140000071219812874 czy 61 1090 1014 0000 0712 1981 2874', 'przelew na <iban> czy <iban>'],
  ])('IBANs: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['123-45-6789', '<national-id>'],
    ['my ssn is 123456789', 'my ssn is <national-id>'],
    ['ssn: 5 2 1 - 8 8 - 4 4 1 0, thanks', 'ssn: <national-id>, thanks'],
    [
      'AB 12 34 56 C, 12345678Z, X1234567L, RSSMRA85M01H501Z',
      '<national-id>, <national-id>, <national-id>, <national-id>',
    ],
    ['Steuer-ID 86 095 742 719, PESEL 44051401359', 'Steuer-ID <national-id>, PESEL <national-id>'],
    ['Canadian here: 489-825-471', 'Canadian here: <national-id>'],
    ['TFN 446-526-314, mine 401-892-579', 'TFN <national-id>, mine <national-id>'],
    ['its 350228233, my social', 'its <national-id>, my social'],
    ['nino ab 12 34 56 c, cf rssmra85t10a562s', 'nino <national-id>, cf <national-id>'],
    ['2341 2341 2346 and 111.444.777-35', '<national-id> and <national-id>'],
    ['passport number C01X00T47, driver’s license D1234562', 'passport number <document>, driver’s license <document>'],
    ['dob 04/12/1987, né le 2 janvier 1971', 'dob <birth-date>, né le <birth-date>'],
  ])('identity numbers, documents, dates of birth: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['account number 12345678, sort code 12-34-56', 'account number <account>, sort code <account>'],
    ['accounts 33019982 and 33019990', 'accounts <account> and <account>'],
    ['Agent: Which account number?\nCustomer: 6633018842', 'Agent: Which account number?\nCustomer: <account>'],
    ['the acct that ends in 4410, in full 5520034410', 'the acct that ends in 4410, in full <account>'],
    ['Kontonummer 532013000, BLZ 37040044', 'Kontonummer <account>, BLZ <account>'],
    ['acct changed. old 3734-1968-53 new 2208-2723-11', 'acct changed. old <account> new <account>'],
    ['GET /v1?accountId=101-004-15882763-001&x=1', 'GET /v1?accountId=<account>&x=1'],
    [
      'I opened U5528104, depå 8821-4 409 127, PEA n° 50218 0094417',
      'I opened <account>, depå <account>, PEA n° <account>',
    ],
    ['pay 20-00-00 55779911 please', 'pay 20-00-00 <account> please'],
    ['from ISA 55120984 into SIPP 55120991', 'from ISA <account> into SIPP <account>'],
  ])('accounts: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['password: hunter2', 'password: <secret>'],
    ['my password is Sommer2024! and it fails', 'my password is <secret> and it fails'],
    ['{"password":"Ag#USit$Uq"}', '{"password":"<secret>"}'],
    ['I set it to Passw0rd! but the password is wrong', 'I set it to <secret> but the password is wrong'],
    ['postgres://app:s3cret@db.example.net:5432/x', '<secret>'],
    ['api key e50d836a34b8ff432262c91e38c48f0e', 'api key <secret>'],
    [`AKIA${'IOSFODNN7EXAMPLE'} and ghp_${'16C7e42F292c6912E7710c838347Ae178B4a'}`, '<secret> and <secret>'],
    ['cvv 123, my pin is 4821', 'cvv <secret>, my pin is <secret>'],
    ['otp 882 104 came, mysql -u me -pTr4der! hangs', 'otp <secret> came, mysql -u me -p<secret> hangs'],
    ['pay 0x52908400098527886E0F7030069857D2E4169EE7', 'pay <wallet>'],
    ['logged in from 81.203.44.17', 'logged in from <ip>'],
  ])('secrets, wallets, IP addresses: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['url redis://:p4Xz0mNq8@cache:6379/0, see', 'url <secret>, see'],
    ['jdbc:oracle:thin:app/Vesuvi0_79@//ora1:1521/PRD', '<secret>'],
    ['"Server=sql07;Database=Ledger;User Id=ro;Password=Wint3r-Fox;"', '"<secret>;"'],
    ['host=db user=ro password=Tulip-92x sslmode=require', '<secret>'],
    ['https://discord.com/api/webhooks/43728954/Pwrx0j4w6fxkRGe1', '<secret>'],
    ['DB_PASSWORD=plumkettle and --api-key=Zp4kT0bW9sQ1', 'DB_PASSWORD=<secret> and --api-key=<secret>'],
    ["headers={'X-Api-Key': '7d45380d-a41c-4dab'}", "headers={'X-Api-Key': '<secret>'}"],
    [
      "auth=('feed', 'Quill7Bark'), docker login -u me -p Quill7Bark",
      "auth=('feed', '<secret>'), docker login -u me -p <secret>",
    ],
    ['JSESSIONID=8A7F3C2E9B1D4F6A; Path=/', 'JSESSIONID=<secret>; Path=/'],
    ['the password i made up is purple-Kettle-19', 'the password i made up is <secret>'],
    ['wachtwoord vergeten, was het Fietsbel-Kaas12.', 'wachtwoord vergeten, was het <secret>.'],
    ['log in with joe@proton.me / Bluebird_4471', 'log in with <email> / <secret>'],
    ['i wrote the pin on a note, its 884213', 'i wrote the pin on a note, its <secret>'],
    ['backup key you showed was AMLXJCFO5MCZEDS4', 'backup key you showed was <secret>'],
    ['app password, gmail gave me qfzk wmrt hplx ubda', 'app password, gmail gave me <secret>'],
    [`recovery phrase ${'velvet '.repeat(12)}and more`, 'recovery phrase <secret> and more'],
  ])('connection strings, keys, passwords: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['Asesor: ¿me da su número?\nCliente: sí, 911234567', 'Asesor: ¿me da su número?\nCliente: sí, <phone>'],
    ['Agent: your phone PIN?\nJo: um 2580', 'Agent: your phone PIN?\nJo: um <secret>'],
    ['Agent: Depotnummer?\nKunde: Moment... 880 3321 45', 'Agent: Depotnummer?\nKunde: Moment... <account>'],
    ['mi número de cliente es CL-44-8821', 'mi número de cliente es <account>'],
    ['Zerodha client ID ZX4821', 'Zerodha client ID <account>'],
    ['pay 06-0123-0456789-00', 'pay <account>'],
    ['Perso: W3K3M04MR1, NINO LE 998897 C', 'Perso: <document>, NINO <national-id>'],
    ['fijo 91 123 45 67, stacjonarny 22 845 12 34', 'fijo <phone>, stacjonarny <phone>'],
  ])('answers to a question, and national formats: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it.each([
    ['My password is sunshine', 'My password is <secret>'],
    ['Passwort für die App ist Hamburg, bitte löschen', 'Passwort für die App ist <secret>, bitte löschen'],
    ['Mon mot de passe est chocolat', 'Mon mot de passe est <secret>'],
    ['my phone passcode is quiet otter lamp', 'my phone passcode is <secret>'],
    ['use correct-horse-battery as the password', 'use <secret> as the password'],
    ['La contraseña que me distéis, Rz8-qWn4-Lk1, no va', 'La contraseña que me distéis, <secret>, no va'],
  ])('passwords that are plain words: %s', (text, expected) => expect(marked(text)).toBe(expected))

  it('values in Unicode look-alikes', () => {
    expect(
      marked('４１１１ １１１１ １１１１ １１１１, bob\u200b@example.com, 415\u2011555\u20110110, ٠٢٠ ٧٩٤٦ ٠٩٥٨'),
    ).toBe('<card>, <email>, <phone>, <phone>')
  })

  it('a value of one text in the other texts, without its label', () => {
    const texts = ['my account number is 1234-5678', 'open 12345678', 'nothing here']
    const found = detectAll(texts)
    expect(texts.map((text, at) => marked(text, [...(found[at] ?? [])]))).toEqual([
      'my account number is <account>',
      'open <account>',
      'nothing here',
    ])
  })
})

describe('does not find', () => {
  it.each([
    ['amounts', 'send $12,500,000.00 or €12345678 or 12345678.90 or 12345678 USD, 250000000 yen, 1.234.567,89 €'],
    ['round amounts', 'transfer 10000000 from my account to savings'],
    ['quantities', 'sell 12345678 shares of BRK.B at 412.25'],
    [
      'dates and times',
      '2024-01-15, 20240131, 01/15/2024, 15.01.2024 10:55, 2019 2020 2021 2022, 2024-01-15T09:30:00Z',
    ],
    ['tickers', 'buy AAPL@150.25, $TSLA, BTC-USD, 0700.HK, ISIN US0378331005, CUSIP 037833100, WKN A0RPWH'],
    ['option symbols', 'close SPY240119C00450000 and AAPL240119P00150000'],
    ['small numbers', 'order 123456, 401k, 12 345 678, form 1099-B, 5+3, 52 week range 164.08 - 237.23'],
    ['things', 'order 5550142233, invoice 4111-2222-3333, tracking 1Z999AA10123456784, ISBN 978-3-16-148410-0'],
    ['digests', `md5 d41d8cd98f00b204e9800998ecf8427e, ${'0af1'.repeat(16)}, 7f9c24e8-3b12-4fef-91e0-9a1b3c2d4e5f`],
    ['ids', 'bc1e86f92867c65f7208e2a270e4ace0, 8bde847e-ce87-4864-acc0-c3935a6387ac, 8d12cb4111111111111111'],
    ['tax years', 'my ISA 2025/26 and ISA 2025-26 allowance'],
    ['machines', '192.168.1.1:8080, 127.0.0.1, version 10.0.19045.4170, 00:1A:2B:3C:4D:5E, mysql --port 3306'],
    ['talk about them', 'my password is not working, what is a routing number, the IBAN has 22 digits, call me at 3'],
    ['securities', 'ISA with IE00B4L5Y983, account and XS2434891219'],
    ['lists of things', 'orders 77120934 and 77120935 in my account'],
    ['names in code', 'api_key=YOUR_API_KEY, token=$TOKEN, "max_tokens": 4096, opinion: trustworthy1, key: E-4031'],
    ['published digests', 'host key fingerprint SHA256:uNiVztksCsDhcc0u9e8BrrJXVGcf3uVP9lT8sZ3p4Bk'],
    ['talk about passwords', 'password rules: 8-20 characters; SHA-256, Windows11, INC-20394, statement_2024.pdf'],
    [
      'descriptions',
      'My password is weird. My password is expired, but unusual. mein Passwort ist falsch, mi clave es segura.',
    ],
    ['things asked for', 'Agent: order number?\nJo: 4155550134\nAgent: postal code?\nJo: 28013'],
    ['public addresses', 'https://example.com:8443/@latest/api?version=2024-10-01 and git@example'],
    ['places', 'ZIP 10001-2345, PLZ 80331, pincode 560001, CEP 01310-100'],
  ])('%s', (_what, text) => expect(marked(text)).toBe(text))
})
