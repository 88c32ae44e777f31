// The words that announce a number of a person: `account 12345678`. About twenty languages.

import { alternatives, type WordList } from './pattern.ts'

export const phoneWords: WordList = {
  words: `phone, telephone, cellphone, cel, fon, fono, gsm, cell phone, fone, mobile, mob, cell, landline, hotline, whatsapp, whats app, viber, fax,
    ph, hp, num, sms, text, texts, texted, call, calls, ring, dial, reach me, reach us, reach him, reach her, reach out, contact,
    caller id, call back, registered, registered number, registered mobile, messages to, messages on, message to, answering at,
    desk, direct line, my number, my no, our number, her number, his number, the new number,
    phone number, phone no, phone nr, phone num, phonenumber, telephone number, telephone no, mobile number, mobile no, mob no,
    mobile phone, cell number, fax number, contact number, contact no, home phone, work phone, office phone, bank phone,
    handy, handynummer, telefon, telefonnummer, telefonnr, telefax, festnetz, rufnummer, mobil, mobilnummer, mobilnr,
    mobiltelefon, mobilen, tlfn, meine nummer, rufen, anrufen, angerufen, rückruf, ruf, durchwahl,
    portable, téléphone, tel, tél, mon numéro, numéro de téléphone, appelez, appelez-moi, appeler, joindre, joignable, rappelez,
    móvil, movil, el fijo, mi fijo, celular, teléfono, telefono, tlf, tfno, mi número, mi numero, llam*, llám*,
    cellulare, il mio numero, mio numero, chiam*, mobiel, telefoon, telefoonnummer, mijn nummer, bel, bellen,
    telefonu, telefonum, cep telefonum, cep no, numer telefonu, mój numer, kom, pager, numer kontaktowy, número de contacto, numero de contacto, contacto telefónico, recapito, kontaktnummer, rückrufnummer, contactnummer, zadzwo*, dzwoni*, telemóvel, telefone, meu número, meu numero, ligar, ligue,
    mitt nummer, min nummer, ring mig, ring meg, puh, puhelin, puhelinnumero, soitt*, telefoni, telpon, telepon, hubungi,
    телефон*, тел, моб, номер, звон*, τηλέφωνο, κινητό, τηλ, मोबाइल, फोन`,
  anywhere: '电话, 電話, 手机, 手機, 携帯, 联系方式, 전화, 휴대폰, هاتف, جوال',
}

export const accountWords: WordList = {
  words: `account, accounts, account number, account no, account num, account nr, account id, acct, accts, acct number, acct no,
    acc, acc number, acc no, a/c, a/c no, a/c number, ac, ac no, checking, savings, bank account, bank account number, bank details, account details,
    account_number, account_no, account_id, accountnumber, bankaccount, bank_account, checking account, savings account,
    isa, lisa, jisa, sipp, ira, rrsp, tfsa, full no, full number is, demat, folio no, folio number, clabe, ein, rib, nuban, membership, membership number, member, member id, member number, customer id,
    customer number, customer no, client id, client number, client no, client nr, client #, customer nr, customer #, login id, user id, portfolio number, portfolio no, portfolio id,
    policy, policy number, policy no, iban,
    insurance id, insurance number, insurance no, health insurance number, patient id, patient number, medical record number, mrn,
    accountid, acctid, acct_id, account-id, accountno, customer_id, customerid, member_id, memberid, policy_number, policyno,
    trading account, brokerage account, trading id, mt4 login, mt5 login, mt4, mt5, hsa, roth, roth ira, bo id, ucc, unique client code, crn, hin, srn,
    customer reference number, client ref, customer ref, account ref, account reference, customer reference, policy reference, policy ref, n. cliente, cliente n.º, cliente nº, cliente n, client n°, cliente número, gia, kd.-nr, kd-nr, kdnr, mandantennummer, n° adhérent, n° d'adhérent, n° contrat, nº de contrato, nº contrato, cod. cliente, cod cliente, cód cliente, nr rach, clientnr, client nº, brokerage, policyholder number, policy holder number, n° de police, police n°, depositorekening, polisnr, umowa nr, nr umowy, holder id, pran, uan, vertrag, contrat, versicherungsscheinnummer, versicherungsschein-nr, vertragsnr, policen-nr, nº cliente, n.º cliente, nr cliente, beleggersgiro, member ref, membership ref, insurance policy, life policy,
    brokerage #, brokerage no, brokerage number, clientid, portfolioid, login, login no, login number, metatrader login, metatrader 5 login, metatrader 4 login,
    acount, accout, accont, acocunt, accoutn, acconut, accnt, acct num, acct nbr, acctnum, acc num, account nbr, account num, custid, cust id, cust no, participant no, participant number, participant id, employee no, investor id, investor number, holder number, plan number, plan id, scheme number, roll number, roll no, chequing, vnr, vers.-nr, ref client, réf client, réf. client, référence client, código cliente, código de cliente, cód. cliente, numero rapporto, rapporto n, ike nr, ikze nr, numer ike, zerodha id, kite id, client code, broker id, trading code, sipp ref, isa ref, pension ref, plan ref, scheme ref, folio number, nib, loan number, loan no,
    contract number, contract no, agreement number, client reference, beneficiary account, portfolio, portfolio #, account #, acct #, policy #, member #, membership no,
    subscriber id, employee id, employee number, student id, student number,
    konto, kontonummer, kontonr, konto-nr, kto, ktonr, kto-nr, girokonto, sparkonto, tagesgeldkonto,
    verrechnungskonto, referenzkonto, wertpapierkonto, wertpapierdepot, handelskonto, bankkonto, gehaltskonto, depot, depotkonto,
    depotnummer, kunden-nr, kundennummer, kundennr, kunde, kunde nr, soy cliente, sono cliente, sou cliente, mitgliedsnummer, compte, numéro de compte, numéro client, cuenta,
    número de cuenta, número de cliente, conto, conto corrente, numero di conto, codice cliente, conta, número da conta,
    rekening, rekeningnummer, beleggingsrekening, effectenrekening, spaarrekening, betaalrekening, klantnummer,
    rachunek, rachunku, numer konta, numer klienta, nr klienta, konta, tilinumero, tilini, asiakasnumero, kundnummer, kundenummer,
    depå, depån, depånummer, medlemsnummer, kundnr, avtalsnummer, pea, pea-pme, compte-titres, compte titres, compte-titre, assurance-vie,
    assurance vie, livret, livret a, numéro de contrat, n° de contrat, contrat n°, numéro d'adhérent, numéro de police, identifiant client, n° client, n° de client, n° de compte,
    dossier titoli, deposito titoli, conto titoli, numero cliente, codice utente, polizza, numero di polizza, cuenta de valores, póliza, número de póliza,
    número de contrato, número de socio, ccc, código cuenta cliente, nº de cuenta, nº de cliente, conta de investimento, apólice, número de cliente, vertragsnummer, vertrags-nr, policennummer,
    versicherungsschein, depot-nr, depotnr, konto-nummer, kundenkonto, kundenkontonummer, bausparvertrag, mitglieds-nr, polisnummer, polis, contractnummer, lidnummer, relatienummer, klantnr,
    rekeningnr, konto maklerskie, rachunek maklerski, numer rachunku, nr rachunku, nr konta, numer polisy, numer umowy, arvo-osuustili, tili, договор*, клиент*,
    aktiekonto, brukskonto, sparekonto, lønkonto, lönekonto, účet, účtu,
    számla, számlaszám, bankszámla, ügyfélszám, hesap, müşteri no, счет*, счёт*, λογαριασμ*, खाता`,
  anywhere: '口座番号, 口座, 普通, 当座, 账号, 账户, 帳號, 帳戶, 계좌번호, 계좌, الحساب',
}

export const bankCodeWords: WordList = {
  words: `sc, routing, routing number, routing no, routing code, routing transit number, rtn, aba, aba number, aba no, aba routing,
    sort code, sortcode, sort-code, sort_code, s/c, bsb, bsb number, bsb code, micr, transit, transit number, institution number,
    blz, bankleitzahl, bank code, branch code, agência, guichet`,
  anywhere: '支店番号',
}

export const nationalIdWords: WordList = {
  words: `ssn, social, socials, social security, social security number, social security no, soc sec, itin, tin, tax id,
    taxpayer id, tax number, utr, tax identification, taxpayer identification number, tax identification number, tax file number, national id,
    national identity, national insurance, national insurance number, national identification number, national id number,
    ni number, ni no, nino, nhs, nhs number, nhs no, identity number, identification number, personal id, personal number,
    personal code, nas, sin number, tfn number, vat, vat no, vat number, p.iva, p. iva, partita iva, ust-id, ust-idnr, regon, ihi, health card, health card no, health card number, health number, ohip, ramq, phn, sv-nr, abn, acn, utr number, ein, fein, tax reference, tax ref, tax card, unique taxpayer reference, pps no, pps num, personal public service, passport id, personal identification number, citizen id, sa id, sa id number, emirates id, government id, my id, id number,
    steuer-id, steuerid, steuer-identifikationsnummer, steueridentnummer, steuer-identnummer, steueridentifikationsnummer, steuernummer, steuer-nr, st.-nr, st-nr, stnr, idnr, id-nr, sozialversicherungsnummer,
    sozialversicherungs-nr, sv-nummer, svnr, rentenversicherungsnummer, versicherungsnummer, rvnr,
    numéro de sécurité sociale, numéro de sécu, carte vitale, sécurité sociale, sécu, nir, insee, numéro fiscal, n° fiscal, nº fiscal, steuer id, steuer-idnr, steuernr, steuer nr, steuerident, rentenversicherung, rv-nummer, rv-nr, sozialversicherung, dni num, nie num, ssn num, sin num, bsn num, spi, dni, nie, nif, cif,
    documento, cédula, cedula, curp, rfc, nss, codice fiscale, cod. fiscale, cod fiscale, cod. fisc, cod fisc, cf, c.f, bsn, burgerservicenummer,
    sofinummer, rijksregister, niss, rijksregisternummer, numéro national, registre national, insz, pesel, nip, dowód,
    aadhaar, aadhar, adhaar, adhar, aadhaar number, aadhar card, aadhaar card, aadhaar no, uidai, uid no, pan, pan card,
    pan no, pan number, voter id, epic, cpf, rg, contribuinte, cartão de cidadão, personnummer, personnr, person-nr,
    samordningsnummer, hetu, henkilötunnus, fødselsnummer, fødselsnr, fnr, d-nummer, cpr, cpr-nummer, cpr-nr, cprnr, kennitala,
    isikukood, asmens kodas, personas kods, ahv, ahv-nummer, ahv-nr, avs, sin, social insurance, social insurance number,
    tfn, medicare, medicare number, ird, rodné číslo, rodne cislo, rč, egn, егн, cnp, oib, jmbg, emšo, afm, αφμ, amka, αμκα,
    taj, taj szám, adóazonosító, adóazonosító jel, vkn, iqama, social sec, kimlik, tc kimlik, tc kimlik no, tckn, t.c, rut, run, cuit, cuil, nric, fin, hkid, pps, ppsn, pps number, teudat zehut,
    bvn, nin, nik, ktp, cnic, mykad, инн, снилс, паспорт, resident registration number`,
  anywhere: '身份证, 身份証, マイナンバー, 個人番号, 주민등록번호, 주민번호, आधार, תעודת זהות, الهوية',
}

export const documentWords: WordList = {
  words: `passport, passports, passport number, passport no, passeport, pasaporte, passaporte, passaporto, reisepass,
    reisepassnummer, paspoort, paszport, pass-nr, driver's license, drivers license, driver license, driver's licence,
    drivers licence, driving licence, driving license, dl, license no, licence no, licence, license number, licence number, license #,
    führerschein, führerscheinnummer, permis, permis de conduire, carnet de conducir, permiso de conducir, patente, rijbewijs,
    prawo jazdy, körkort, cnh, personalausweis, ausweis, ausweisnummer, personalausweisnummer, perso, perso-nr, persos, ausweis-nr, personalausweis-nr, identitätskarte, id card, id-card, idcard,
    identity card, carte d'identité, cni, carta d'identità, carta identità, dowód osobisty, dowodu, documento de identidad,
    residence permit, reisepassnr, reisepass-nr, titre de séjour, título de residência, permesso di soggiorno, tarjeta de residencia, verblijfsvergunning, karta pobytu, id-kaart, id kaart, identiteitskaart, tessera sanitaria, aufenthaltstitel, green card, greencard, visa number, voter id, voter card`,
  anywhere: '护照, 護照, パスポート, 旅券, 여권, 驾照, 免許証',
}

export const birthDateWords: WordList = {
  words: `dob, d.o.b, d.o.b., date of birth, date_of_birth, dateofbirth, birth date, birthdate, birth_date, birthday, birth, born,
    geburtsdatum, geburtstag, geboren, geb, geb., né, née, né(e), date de naissance, naissance, fecha de nacimiento, nacimiento,
    nací, nacido, nacida, f. nac, data di nascita, nato, nata, geboortedatum, data urodzenia, urodzon*, ur, ur.,
    data de nascimento, nascimento, nasci, nascido, nascida, födelsedatum, född, født, fødselsdato, syntymäaika, syntynyt,
    дата рождения, родил*, doğum tarihi, narozen*`,
  anywhere: '生年月日, 出生日期, 생년월일',
}

/** Number words that are ordinary words of some language when they are in lower case. */
export const ambiguousWords = new RegExp(
  `^(?:${alternatives(`nie, run, rut, sin, fin, pan, tin, cf, rg, spi, nin, nik, nip, dl, ac, hp, epic, ein, sc, avs, mob, ring, bel, ruf,
    cell, member, policy, portfolio, login, ccc, roth, polis, livret, tili, pea, nas, abn, acn, hin, crn, ucc, mt4, mt5, isa, lisa, ira, social, socials, patente, permis, contact, desk, kom, gia, brokerage, uan, vertrag, contrat,
    registered`)})$`,
)
