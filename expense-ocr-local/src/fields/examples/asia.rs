use rstest::rstest;

use super::check;

#[rstest]
#[case::rounded_total_and_change(
    "MR. D.I.Y. (M) SDN BHD\nGST ID: 001092886528\n-TAX INVOICE-\nCOOLER BAG\nWA34 - 24   1 X 18.90   18.90\nHOOK   1 X 9.03   9.03\nITEM(S) : 2   QTY(S) : 2\nTOTAL   RM 27.93\nROUNDING ADJUSTMENT   -RM 0.03\nTOTAL ROUNDED   RM 27.90\nCASH   RM 50.00\nCHANGE   RM 22.10\nGST @6% INCLUDED IN TOTAL   RM 1.58\n25-02-18 14:31   SH01 ZK09",
    ["27.90", "2018-02-25", "MYR"]
)]
#[case::tax_that_says_total(
    "Gerbang Alaf Restaurants Sdn Bhd\nTAX INVOICE\nORD #57 -REG #19- 03/04/2018 16:32:10\n1 Medium Fries   5.65\n1 McChicken   17.90\nTakeOut Total (incl GST)   23.55\nTotal Rounded   23.55\nCash Tendered   50.00\nChange   26.45\nTOTAL INCLUDES 6% GST   1.33",
    ["23.55", "2018-04-03", "MYR"]
)]
#[case::table_with_its_own_total(
    "SYARIKAT GIN KEE\nGST ID : 000750673920\nSIMPLIFIED TAX INVOICE\nCASH\nDoc No. : CS00011926   Date: 02/12/2017\nItem   Qty   S/Price   Amount   Tax\n3122   1   29.68   29.68   SR\nCUTTING DISC\nTotal Qty:   1   29.68\nTotal Sales (Excluding GST) :   28.00\nDiscount :   0.00\nTotal GST :   1.68\nRounding :   0.00\nTotal Sales (Inclusive of GST) :   29.68\nCASH :   30.00\nChange :   0.32\nGST SUMMARY\nTax Code   %   Amt (RM)   Tax (RM)\nSR   6   28.00   1.68\nTotal :   28.00   1.68",
    ["29.68", "2017-12-02", "MYR"]
)]
#[case::nett_total_by_payment_mode(
    "UNIHAKKA INTERNATIONAL SDN BHD\n12, JALAN TAMPOI 7/4\nGST Reg. No: 000656195584\nDate: 19 Jun 2018 18:53:02\nSR I00100000060-   $3.18\n4 Vege\nSR I00100000064-   $5.02\nPork\nTotal Amount:   $8.20\nGST @0%:   $0.00\nNett Total:   $8.20\nPayment Mode   Amount\nCASH   $10.00\nChange   $1.80\nGST Summary   Amount($)   Tax($)\nSR = GST @0%   8.20   0.00",
    ["8.20", "2018-06-19", "MYR"]
)]
#[case::after_adjustment(
    "AEON CO. (M) BHD\nGST ID : 002017394688\n1x 000006210115   8.98\nSub-total   50.37\nTotal Sales Incl GST   50.37\nRounding Adj   -0.02\nTotal After Adj Incl GST   50.35\nCASH   100.35\nItem Count   8\nChange Amt   50.00\nTotal Discount   3.20\nGST Summary   Amount   Tax\nSR @ 6%   45.20   2.71\n2018/03/11 13:21",
    ["50.35", "2018-03-11", "MYR"]
)]
#[case::rounded_total_not_printed(
    "KEDAI PAPAN YEW CHUAN SDN BHD\n12/03/2018 11:02\nNails   10.03\nTOTAL   RM   10.03\nRounding   0.02\nCASH   RM   20.05\nCHANGE   RM   10.00",
    ["10.05", "2018-03-12", "MYR"]
)]
#[case::service_tax_and_rounding(
    "RESTORAN WAN SHENG SDN BHD\nTable 12   Pax 4\nDate 17/03/2018 09:19:08 AM\nNasi Lemak   2 x 10.00   20.00\nTeh Tarik   4 x 2.50   10.00\nSub Total   30.00\nService Charge (10%)   3.00\nGST 6%   1.98\nRounding   0.02\nTOTAL   35.00\nCLOSED BILL",
    ["35.00", "2018-03-17", "MYR"]
)]
#[case::total_amt_payable(
    "LIGHTROOM GALLERY SDN BHD\nDate : 20/11/2017\nTTL QTY   1\nDOWNLIGHT   277.90\nTotal Amt Payable   277.90\nPaid Amount   300.00\nChange   22.10",
    ["277.90", "2017-11-20", "MYR"]
)]
#[case::petrol(
    "PETRONAS\nDENGKIL MESRA SDN BHD\nDate 28/12/17 Time 08:13\nPump 03\nPRIMAX 95   22.12 Ltr x RM2.26\nRM 50.00\nTotal   RM 50.00\nCard VISA XXXX1234   RM 50.00\nPoints earned 22",
    ["50.00", "2017-12-28", "MYR"]
)]
#[case::label_above_amount(
    "ONE ONE THREE SEAFOOD SDN BHD\n11/05/2018 20:12\nFish   60.00\nCrab   51.00\nTOTAL\nRM111.00\nThank you",
    ["111.00", "2018-05-11", "MYR"]
)]
#[case::singapore_without_any_sign(
    "SWEE CHOON RESTAURANT\nTel: (65) 62257788\nGST No: 199003338C\nDate & time: 21-04-19 01:28\n2   Chicken Claw   6.00\n1   Fried Rice   7.00\nSub-Total   13.00\n10% Svc Charge   1.30\n7% GST   1.00\nTOTAL   15.30\nNETS   15.30",
    ["15.30", "2019-04-21", "SGD"]
)]
#[case::japan(
    "セブン-イレブン\n2019年4月21日 13:01\nおにぎり   ¥120\nお茶   ¥140\n小計   ¥260\n消費税等   ¥20\n合計   ¥280\nお預り   ¥1,000\nお釣り   ¥720",
    ["280", "2019-04-21", "JPY"]
)]
#[case::indonesia(
    "KOPI KENANGAN\nJakarta NPWP 01.234.567.8\n21/04/2024 13:01\nKopi Susu   2 x 18.000   36.000\nRoti   15.000\nSubtotal   Rp 51.000\nPB1 10%   Rp 5.100\nTOTAL   Rp 56.100\nTunai   Rp 100.000\nKembali   Rp 43.900",
    ["56100", "2024-04-21", "IDR"]
)]
#[case::india(
    "SARAVANA BHAVAN\nGSTIN 33AAACS1234A1Z5\nDate: 05/08/2023 13:20\nDosa   2   80.00   160.00\nCoffee   1   40.00   40.00\nSub Total   200.00\nCGST 2.5%   5.00\nSGST 2.5%   5.00\nGrand Total   ₹ 210.00",
    ["210.00", "2023-08-05", "INR"]
)]
#[case::kuwait(
    "The Sultan Center\n14/02/2023 18:22\nLaban   0.450\nDates   2.125\nTOTAL KD   2.575\nCASH KD   5.000\nCHANGE KD   2.425",
    ["2.575", "2023-02-14", "-"]
)]
fn receipts(#[case] text: &str, #[case] expected: [&str; 3]) {
    check(text, expected);
}
