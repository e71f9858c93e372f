//! Which number of a line is the amount, and which lines are no expense.

use rstest::rstest;

use crate::check;

#[rstest]
#[case("7 up 2.50", "2.50 EUR | 7 up")]
#[case("2 beers 9", "Amount: 9.00 EUR | 2 beers or 2.00 EUR | beers 9")]
#[case(
    "coffee 3 cake 4",
    "Amount: 4.00 EUR | coffee 3 cake or 3.00 EUR | coffee cake 4"
)]
#[case(
    "eggs 12 milk 3",
    "Amount: 3.00 EUR | eggs 12 milk or 12.00 EUR | eggs milk 3"
)]
#[case(
    "Coffee 3, cake 4",
    "Amount: 4.00 EUR | Coffee 3, cake or 3.00 EUR | Coffee cake 4"
)]
#[case(
    "12 pizza 4 cheese",
    "Amount: 12.00 EUR | pizza 4 cheese or 4.00 EUR | 12 pizza cheese"
)]
#[case(
    "tea 2 milk 3 eggs 4",
    "Amount: 4.00 EUR | tea 2 milk 3 eggs or 2.00 EUR | tea milk 3 eggs 4 or 3.00 EUR | tea 2 milk eggs 4"
)]
#[case("tea 2 milk 3 eggs 4 jam 5 rice 6", "ManyAmounts")]
#[case("coffee 3.50 cake 4", "3.50 EUR | coffee cake 4")]
#[case("coffee 3 cake 4.20", "4.20 EUR | coffee 3 cake")]
#[case("coffee €3 cake 4", "3.00 EUR | coffee cake 4")]
#[case("coffee 3 cake 4 usd", "4.00 USD | coffee 3 cake")]
#[case(
    "coffee 3.50 cake 4.20",
    "Amount: 4.20 EUR | coffee 3.50 cake or 3.50 EUR | coffee cake 4.20"
)]
#[case("lunch for 2 25", "25.00 EUR | lunch for 2")]
#[case("room 101 200", "200.00 EUR | room 101")]
#[case("2x coffee 3.50", "3.50 EUR | 2x coffee")]
#[case("iPhone 15 case 20", "20.00 EUR | iPhone 15 case")]
#[case("hotel 2 nights 200", "200.00 EUR | hotel 2 nights")]
#[case(
    "we had 3 eggs and tea 2",
    "Amount: 2.00 EUR | we had 3 eggs and tea or 3.00 EUR | we had eggs and tea 2"
)]
#[case("we had 2 eggs and tea 3", "unsure: 3.00 EUR | we had 2 eggs and tea")]
#[case("2 beers €9", "9.00 EUR | 2 beers")]
#[case("2 beers 9 usd", "9.00 USD | 2 beers")]
#[case("lunch for 2 30", "30.00 EUR | lunch for 2")]
#[case("20 pizza for 4", "20.00 EUR | pizza for 4")]
#[case("12.50 pizza 4", "12.50 EUR | pizza 4")]
#[case("lunch 12.50 with Anna", "12.50 EUR | lunch with Anna")]
#[case("lunch 12 with Anna", "unsure: 12.00 EUR | lunch with Anna")]
#[case("Terminal 21 lunch 250", "250.00 EUR | Terminal 21 lunch")]
#[case(
    "lunch 250 terminal 21",
    "Amount: 21.00 EUR | lunch 250 terminal or 250.00 EUR | lunch terminal 21"
)]
#[case(
    "12.50 lunch 3.20",
    "Amount: 3.20 EUR | 12.50 lunch or 12.50 EUR | lunch 3.20"
)]
#[case("iPhone15 999", "999.00 EUR | iPhone15")]
#[case("COVID-19 test 40", "40.00 EUR | COVID-19 test")]
#[case("2kg apples 5", "5.00 EUR | 2kg apples")]
#[case("2 kg apples 5", "5.00 EUR | 2 kg apples")]
#[case("order #123 45", "45.00 EUR | order #123")]
#[case("python 3.11.2 book 30", "30.00 EUR | python 3.11.2 book")]
#[case("50% off shoes 30", "30.00 EUR | 50% off shoes")]
#[case("18:30 dinner 20", "20.00 EUR | 18:30 dinner")]
#[case("lunch: 12", "12.00 EUR | lunch")]
#[case("lunch - 12", "12.00 EUR | lunch")]
#[case("12, lunch", "12.00 EUR | lunch")]
#[case("coffee (2) 9", "9.00 EUR | coffee (2)")]
#[case("007 movie 12", "12.00 EUR | 007 movie")]
#[case("bought shoes at 50", "unsure: 50.00 EUR | bought shoes at")]
#[case("shoes for 50", "unsure: 50.00 EUR | shoes for")]
#[case("24/7 gym 30", "30.00 EUR | 24/7 gym")]
#[case("lunch 5 usd 30", "Amount: 5.00 USD | lunch 30 or 30.00 USD | lunch 5")]
#[case("5 usd 30 books", "5.00 USD | 30 books")]
#[case("netflix 15.49 may 2026", "15.49 EUR | netflix may 2026")]
#[case("lunch 5 🍕", "5.00 EUR | lunch 🍕")]
#[case("20 BOB", "20.00 BOB")]
#[case("0.5", "0.50 EUR")]
#[case("CHF 5.–", "5.00 CHF")]
#[case("250", "unsure: 250.00 EUR")]
#[case("12.50", "12.50 EUR")]
#[case("12.50 night bus", "12.50 EUR | night bus")]
#[case("25 day pass", "unsure: 25.00 EUR | day pass")]
#[case("lunch 12?", "unsure: 12.00 EUR | lunch")]
#[case("I paid 12", "unsure: 12.00 EUR | I paid")]
#[case("I paid 12.50 for lunch", "12.50 EUR | I paid for lunch")]
#[case("1 2 3 4 5 €6 €7 €8 €9 €10", "ManyAmounts")]
fn which_number(#[case] line: &str, #[case] expected: &str) {
    check(line, "EUR", "en", expected);
}

#[rstest]
#[case("call me at 5")]
#[case("see you in 10 min")]
#[case("18:30 dinner")]
#[case("50% off")]
#[case("meet at 5pm")]
#[case("call +49 151 1234567")]
#[case("0151 1234567")]
#[case("my number is 0912345678")]
#[case("https://example.com/12/34")]
#[case("version 1.2.3")]
#[case("192.168.1.1")]
#[case("9 - 12 museum")]
#[case("10-12 people")]
#[case("I have 3 cats and 2 dogs")]
#[case("back in 2026")]
#[case("5 km run")]
#[case("10:30 - 11:15 dentist")]
#[case("hello")]
#[case("ok!")]
#[case("#work")]
#[case("[Food]")]
#[case("yesterday")]
#[case("meeting 3 May")]
#[case("is it 5 already?")]
#[case("€")]
#[case("USD")]
#[case("…")]
#[case("½ price")]
fn chat_is_left_alone(#[case] line: &str) {
    check(line, "EUR", "en", "chat");
}
