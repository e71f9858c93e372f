"""A bot in aiogram, another team's client of the Bot API. It judges the fake: what aiogram can't
read, or would not send to the real server, ends in a wrong answer.

Usage: judge.py polling|webhook URL TOKEN
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.methods import SendMessage
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

dispatcher = Dispatcher()


@dispatcher.message(F.text == "hello")
async def hello(message: Message) -> None:
    button = InlineKeyboardButton(text="Press", callback_data="pressed")
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    await message.reply("<b>Hello</b> &amp; welcome", reply_markup=markup)


@dispatcher.callback_query(F.data == "pressed")
async def pressed(query: CallbackQuery) -> None:
    await query.message.edit_text("<i>You pressed</i>")
    await query.answer("Thanks")


@dispatcher.message(F.photo)
async def photo(message: Message, bot: Bot) -> None:
    data = (await bot.download(message.photo[-1])).read()
    file = BufferedInputFile(data[::-1], filename="back.bin")
    await message.answer_document(file, caption=f"{len(data)} bytes, {message.caption}")


@dispatcher.edited_message()
async def edited(message: Message) -> None:
    await message.answer(f"edited: {message.text}")


@dispatcher.message(F.text.startswith("write to "))
async def write_to(message: Message, bot: Bot) -> None:
    chat = int(message.text.removeprefix("write to "))
    await message.answer(await outcome(bot, SendMessage(chat_id=chat, text="hello")))


async def outcome(bot: Bot, method: SendMessage) -> str:
    """What aiogram makes of the answer."""
    try:
        await bot(method)
    except TelegramRetryAfter as error:
        return f"TelegramRetryAfter {error.retry_after}"
    except TelegramMigrateToChat as error:
        return f"TelegramMigrateToChat {error.migrate_to_chat_id}"
    except TelegramAPIError as error:
        return type(error).__name__
    return "sent"


@dispatcher.message(F.text == "in the answer")
async def in_the_answer(message: Message) -> SendMessage:
    return SendMessage(chat_id=message.chat.id, text="by the answer")


@dispatcher.message(F.text == "who")
async def who(message: Message, bot: Bot) -> None:
    await bot.set_my_commands(
        [BotCommand(command="who", description="Tells who I am")],
        scope=BotCommandScopeChat(chat_id=message.chat.id),
        language_code="de",
    )
    await bot.send_chat_action(message.chat.id, "typing")
    me, chat = await bot.me(), await bot.get_chat(message.chat.id)
    await message.answer(f"{me.username} in {chat.type}")


async def poll(bot: Bot) -> None:
    await dispatcher.start_polling(bot, handle_signals=False)


async def serve(bot: Bot) -> None:
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
    from aiohttp import web

    app = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, bot, handle_in_background=False, secret_token="judge"
    )
    handler.register(app, path="/hook")
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="judge")
    await asyncio.Event().wait()


def main() -> None:
    mode, url, token = sys.argv[1:]
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    asyncio.run(poll(bot) if mode == "polling" else serve(bot))


main()
