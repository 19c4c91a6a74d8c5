using System.Text;
using System.Text.RegularExpressions;

namespace DeepSharp.Examples.CharTransformer;

/// <summary>
/// A grammar that writes sentences by rolling dice, so that it is known how many bits a letter of them carries: no model can do with fewer.
/// </summary>
/// <remarks>
/// Each name stands for one of several texts, each with a probability; names inside them stand in angle brackets. A verb agrees with its
/// subject, though a whole clause may stand between them, and its object has a number of its own. A sentence can be made in one way only, so the
/// bits of a text are those of the choices that made it.
/// </remarks>
internal static partial class Grammar
{
    private static readonly Dictionary<string, (double Probability, string Text)[]> s_rules = new()
    {
        ["sentence"] = [(1, "<clause>.\n")],
        ["clause"] = [(0.5, "<one>"), (0.5, "<many>")],
        ["one"] =
        [
            (0.5, "the <noun> <verb>s <object>"),
            (0.3, "the <noun> that <verb>s <object> <verb>s <object>"),
            (0.2, "the <noun> says that <clause>"),
        ],
        ["many"] =
        [
            (0.5, "the <noun>s <verb> <object>"),
            (0.3, "the <noun>s that <verb> <object> <verb> <object>"),
            (0.2, "the <noun>s say that <clause>"),
        ],
        ["object"] = [(0.4, "the <noun>"), (0.2, "the <noun>s"), (0.2, "a <adjective> <noun>"), (0.2, "<adjective> <noun>s")],
        ["noun"] =
        [
            (0.3, "cat"), (0.2, "dog"), (0.1, "poet"), (0.1, "queen"), (0.1, "king"), (0.1, "bird"), (0.05, "doctor"), (0.05, "gardener"),
        ],
        ["verb"] = [(0.4, "see"), (0.3, "hear"), (0.2, "like"), (0.1, "follow")],
        ["adjective"] = [(0.5, "small"), (0.25, "big"), (0.25, "lonely")],
    };

    /// <summary>The bits of a letter, on average: the entropy of a sentence's choices over its expected length.</summary>
    internal static double EntropyRate
    {
        get
        {
            // A name's bits are those of its own choice and of the names in what is chosen. Since a clause may hold another, the equations
            // are solved by going round: what is left falls to a fifth each time.
            Dictionary<string, (double Bits, double Letters)> known = s_rules.Keys.ToDictionary(static name => name, static _ => (0.0, 0.0));
            for (int i = 0; i < 100; i++)
            {
                foreach ((string name, (double Probability, string Text)[] choices) in s_rules)
                {
                    (double bits, double letters) = (0, 0);
                    foreach ((double probability, string text) in choices)
                    {
                        string[] names = [.. Name().Matches(text).Select(static match => match.Groups[1].Value)];
                        bits += probability * (names.Sum(inner => known[inner].Bits) - Math.Log2(probability));
                        letters += probability * (names.Sum(inner => known[inner].Letters) + Name().Replace(text, string.Empty).Length);
                    }

                    known[name] = (bits, letters);
                }
            }

            return known["sentence"].Bits / known["sentence"].Letters;
        }
    }

    /// <summary>Whole sentences, of so many letters or a few more, and the bits of the choices that made them.</summary>
    internal static (string Text, double Bits) Write(int letters, int seed)
    {
        Random random = new(seed);
        StringBuilder text = new();
        double bits = 0;
        while (text.Length < letters)
        {
            text.Append(Expand("sentence"));
        }

        return (text.ToString(), bits);

        string Expand(string name)
        {
            (double Probability, string Text)[] choices = s_rules[name];
            double roll = random.NextDouble();
            int chosen = 0;
            while (chosen < choices.Length - 1 && roll >= choices[chosen].Probability)
            {
                roll -= choices[chosen++].Probability;
            }

            bits -= Math.Log2(choices[chosen].Probability);
            return Name().Replace(choices[chosen].Text, match => Expand(match.Groups[1].Value));
        }
    }

    [GeneratedRegex("<(.+?)>")]
    private static partial Regex Name();
}
