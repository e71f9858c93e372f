use rstest::rstest;

use super::check;

#[rstest]
#[case::tax_on_top(
    "TRADER JOE'S\nAustin, TX 78701\n04/21/2023 05:12 PM\nBANANAS   0.95\nCOFFEE   8.99\nSUBTOTAL   9.94\nSALES TAX 8.25%   0.82\nTOTAL   $10.76\nVISA   $10.76",
    ["10.76", "2023-04-21", "USD"]
)]
#[case::tip_by_hand(
    "Blue Door Diner\nNew York, NY 10001\nMar 3, 2022 8:14 PM\nBurger   18.00\nBeer   8.00\nSubtotal   26.00\nTax   2.31\nTotal   28.31\nTip   5.00\nTotal   33.31",
    ["33.31", "2022-03-03", "USD"]
)]
#[case::suggested_tips(
    "CAFE LUNA\nMiami, FL 33101\n05/06/2022 13:40\nLunch   20.00\nSubtotal   20.00\nTax   1.40\nTOTAL   21.40\nSuggested gratuity\n18% Tip   3.60\n20% Tip   4.00\n25% Tip   5.00",
    ["21.40", "2022-05-06", "USD"]
)]
#[case::savings_and_items(
    "WALMART\nDallas, TX 75201\nST# 01234 OP# 009043\nMILK   3.24\nEGGS   4.10\nSUBTOTAL   7.34\nTAX 1   0.00\nTOTAL   7.34\nCASH TEND   10.00\nCHANGE DUE   2.66\n# ITEMS SOLD 2\nTOTAL SAVINGS   12.20\n01/09/24   10:11:12",
    ["7.34", "2024-01-09", "USD"]
)]
#[case::canada(
    "TIM HORTONS\nToronto ON M5V 2T6\n2023/04/05 08:01\nCoffee   2.10\nBagel   3.40\nSubtotal   5.50\nHST 13%   0.72\nTotal   $6.22\nInterac   $6.22",
    ["6.22", "2023-04-05", "CAD"]
)]
#[case::mexico(
    "OXXO\nCADENA COMERCIAL OXXO S.A. DE C.V.\n12/10/2022 21:15\nAGUA   15.00\nPAPAS   18.50\nTOTAL   $33.50\nEFECTIVO   $50.00\nCAMBIO   $16.50",
    ["33.50", "2022-10-12", "MXN"]
)]
#[case::brazil(
    "PADARIA REAL LTDA\nCNPJ 12.345.678/0001-90\n15/03/2023 07:45\nPAO FRANCES   5,00\nCAFE   4,50\nQTD. TOTAL DE ITENS   2\nVALOR TOTAL R$   9,50\nDINHEIRO   10,00\nTroco R$   0,50",
    ["9.50", "2023-03-15", "BRL"]
)]
#[case::australia(
    "WOOLWORTHS\nABN 88 000 014 675\n14/06/2023 16:20\nTim Tams   4.50\n2 SUBTOTAL   $9.00\nTOTAL   $9.00\nEFTPOS   $9.00\nTOTAL includes GST   $0.82",
    ["9.00", "2023-06-14", "AUD"]
)]
fn receipts(#[case] text: &str, #[case] expected: [&str; 3]) {
    check(text, expected);
}
