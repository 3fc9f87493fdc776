"""`make train`: the weights of understanding from the taught phrases and the commands of all capabilities."""

from bot.nlu import train
from bot.nlu.phrases import load_teaching
from tests.bot.understanding import INTENTS


def run() -> None:
    taught = train.read_taught(load_teaching(), {spec.name: spec.commands for spec in INTENTS})
    weights = train.train(taught)
    train.write(weights)
    print(f"{len(taught)} phrases, {len(weights['features'])} features, {train.WEIGHTS.stat().st_size // 1000} kB")


if __name__ == "__main__":
    run()
