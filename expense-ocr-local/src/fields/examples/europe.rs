use rstest::rstest;

use super::check;

#[rstest]
#[case::table_called_gesamtbetrag(
    "REWE Markt GmbH\nUID Nr.: DE812706034\nEUR\nBIO MILCH   1,09 B\nSHAMPOO   3,99 A\nLEERGUT   -0,25 *\nSUMME   EUR   4,83\nGeg. EC-Cash   EUR   4,83\n* * Kundenbeleg * *\nDatum:   24.12.2019\nUhrzeit:   11:02:33 Uhr\nBetrag EUR   4,83\nSteuer %   Netto   Steuer   Brutto\nA= 19,0%   3,35   0,64   3,99\nB= 7,0%   0,79   0,05   0,84\nGesamtbetrag   4,14   0,69   4,83\nBONUS-Guthaben   12,30",
    ["4.83", "2019-12-24", "EUR"]
)]
#[case::card_is_negative(
    "dm-drogerie markt\n05.11.2021 17:45   2154/1\nZahnpasta   0,95 1\nSeife   1,45 1\nSUMME EUR   2,40\nVISA EUR   -2,40\nMwSt-Satz   Brutto   Netto   MwSt\n1=19,00%   2,40   2,02   0,38\n25 PAYBACK Punkte",
    ["2.40", "2021-11-05", "EUR"]
)]
#[case::table_total_below(
    "LiDL\nWarburger Straße 130\nEUR\nBananen   0,19 A\n0,162 kg × 1,15   EUR/kg\nÜbersee Rum   5,69 B\nzu zahlen   5,88\nBar   20,00\nRückgeld   -14,12\nMWST%   MWST + Netto = Brutto\nA 7 %   0,01   0,18   0,19\nB 19 %   0,91   4,78   5,69\nSumme   0,92   4,96   5,88\n3182   295069702   30.04.20   09:58\nUST-ID-NR: DE814689550",
    ["5.88", "2020-04-30", "EUR"]
)]
#[case::restaurant_with_tip(
    "Gasthaus Krone\nRechnung 4711\nTisch 12\n14.08.2022 21:03\n2 Schnitzel   31,80\n2 Bier   8,40\nZwischensumme   40,20\nTrinkgeld   3,80\nGesamtbetrag EUR   44,00\nMwSt 19% 6,42 enthalten",
    ["44.00", "2022-08-14", "EUR"]
)]
#[case::swiss_total_in_two_currencies(
    "Migros Zürich HB\nCHE-105.829.940 MWST\n03.02.2023 12:14\nBirchermüesli   4.50\nWasser   1.20\nTotal   CHF   5.70\nBar   CHF   10.00\nRückgeld   CHF   4.30",
    ["5.70", "2023-02-03", "CHF"]
)]
#[case::france(
    "BOULANGERIE PAUL\nSIRET 552 100 554 00013\nle 14/07/2023 à 08:31\nCroissant   2 x 1,20   2,40\nTarte   4,50\nTOTAL HT   6,54\nTVA 5,5%   0,36\nTOTAL TTC   6,90 €\nCB   6,90 €",
    ["6.90", "2023-07-14", "EUR"]
)]
#[case::net_a_payer(
    "CARREFOUR MARKET\n21/05/2023 18:02\nLAIT   1,05\nCAFE   4,35\nTOTAL 2 ARTICLES   5,40\nREMISE   0,40\nNET A PAYER   5,00 EUR\nESPECES   10,00\nRENDU   5,00\nTVA incluse",
    ["5.00", "2023-05-21", "EUR"]
)]
#[case::spain(
    "MERCADONA S.A.\nNIF A-46103834\nFACTURA SIMPLIFICADA\n12/09/2022 19:21\n1 PAN   0,95\n2 LECHE   0,90   1,80\nTOTAL (€)   2,75\nEFECTIVO   5,00\nCAMBIO   2,25\nIVA   BASE IMPONIBLE (€)   CUOTA (€)\n4%   2,64   0,11",
    ["2.75", "2022-09-12", "EUR"]
)]
#[case::italy(
    "BAR CENTRALE\nP.IVA 01234567890\nDOCUMENTO COMMERCIALE\nCappuccino   1,50\nCornetto   1,30\nTOTALE COMPLESSIVO   2,80\ndi cui IVA   0,25\nPagamento contante   5,00\nResto   2,20\n21-04-2023 08:14",
    ["2.80", "2023-04-21", "EUR"]
)]
#[case::netherlands(
    "ALBERT HEIJN\nKvK 35012085\n1 BROOD   2,19\n1 KAAS   5,49\n2 BONUS   -1,00\nSUBTOTAAL   7,68\nTOTAAL   6,68\nPINNEN   6,68\nBTW   OVER   EUR\n9%   6,13   0,55\n03-11-2022 17:55",
    ["6.68", "2022-11-03", "EUR"]
)]
#[case::portugal(
    "PINGO DOCE\nContribuinte 500829993\n2023-02-11 12:30\nPAO   0,90\nLEITE   1,10\nTOTAL A PAGAR   2,00\nDINHEIRO   5,00\nTROCO   3,00",
    ["2.00", "2023-02-11", "EUR"]
)]
#[case::britain_balance_due(
    "TESCO Express\nVAT NO: 220 4302 31\nMILK   £1.15\nBREAD   £1.40\nSUB-TOTAL   £2.55\nSAVINGS   £0.30\nBALANCE DUE   £2.25\nCASH   £5.00\nCHANGE DUE   £2.75\nYou saved £0.30 today\n03/05/23 18:22",
    ["2.25", "2023-05-03", "GBP"]
)]
#[case::sweden(
    "ICA Nära\nOrg.nr 556000-1234\n2023-03-04 15:20\nMjölk   15,90\nOst   89,00\nTotalt   104,90 SEK\nBankkort   104,90\nMoms%   Moms   Netto   Brutto\n12,00   11,24   93,66   104,90",
    ["104.90", "2023-03-04", "SEK"]
)]
#[case::poland(
    "BIEDRONKA\nNIP 779-10-11-327\nPARAGON FISKALNY\nChleb   1 x4,99   4,99C\nMleko   2 x3,29   6,58C\nSPRZEDAZ OPODATKOWANA C   11,57\nSUMA PLN   11,57\nGotówka   20,00 PLN\nReszta   8,43 PLN\n2023-06-01 10:12",
    ["11.57", "2023-06-01", "PLN"]
)]
fn receipts(#[case] text: &str, #[case] expected: [&str; 3]) {
    check(text, expected);
}
