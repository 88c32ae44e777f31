// The words that say that the number after them identifies no person: `order 12345678`, `a balance of 12345678`.

import type { WordList } from './pattern.ts'

/** Things with numbers that identify no person. */
export const referenceWords: WordList = {
  words: `order, orders, ord, invoice, invoices, inv, ticket, tickets, case, cases, ref, reference, references, tracking, track,
    shipment, shipments, parcel, package, confirmation number, confirmation no, confirmation code, confirmation #, booking, bookings, reservation, sku, ean, upc, isbn, asin, item, part,
    parts, model, serial, version, build, release, batch, lot, po, rma, request, requests, trace, transaction, transactions, txn,
    trade, trades, cusip, isin, wkn, coupon, voucher, promo, error, catalog, catalogue, product, style, code, lei, imei,
    zip, zip code, zipcode, postal code, postcode, pincode, plz, postleitzahl, cep,
    fill, fills, seq, sequence, conf, conf no, confirmation, contract note, note no, control number, control no, claim, complaint, incident, ticket no, exec id, execution, fill id, deal, deal no,
    cheque, cheque no, check no, check #, report, imad, omad, uetr, sedol, figi, ticker, symbol, fedex, ups, dhl, usps, tracking number, msg id,
    belegnr, beleg, beleg-nr, referenz, referenznummer, ticketnummer, paket*, zlecenie, zlecenia, orden, ordres, ordre, réf, référence, ordernr, ordernummer, ordrenummer,
    nota, recibo, referencia, riferimento, pratica, ärende, ärendenummer, zgłoszeni*, reklamacj*, expediente, incidencia, siniestro, reclamación, заявк*, заказ*, сделк*,
    bestell*, auftrag*, rechnung*, sendung*, artikel*, vorgang*, commande, commandes, facture, factures, colis, dossier, pedido,
    pedidos, factura, facturas, ordine, ordini, fattura, bestelling, factuur, zamówieni*, faktur*, encomenda, nota fiscal`,
  anywhere: '订单, 注文, 주문번호',
}

/** Words of amounts, prices and times: a number after them is no identifier. */
export const amountWords: WordList = {
  words: `balance, saldo, kontostand, worth, value, amount, total, totals, limit, fee, fees, minimum, than, since, opened, seit,
    depuis, until, has, have, had, show, shows, charged, cost, costs, deposited, withdrew, transferred, paid, buy, sell, sold,
    bought, spread, strike, volume, price, when, option, options, expire, expires, expired, valid, size, inch, zip, statement, manager, every,
    within, after, before`,
  anywhere: '余额, 残高',
}
