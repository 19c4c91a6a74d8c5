using System.Runtime.CompilerServices;
using System.Text;

namespace DeepSharp.Optim;

/// <summary>The hyper-parameters of an update rule: immutable, checked when set, copied with changes by <c>with</c>.</summary>
public abstract record OptimizerOptions
{
    /// <summary>How far a step goes: finite and not negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double LearningRate
    {
        get;
        init => field = NotNegative(value);
    }

    /// <summary>The strength of the weight decay: finite and not negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double WeightDecay
    {
        get;
        init => field = NotNegative(value);
    }

    /// <summary>
    /// Whether weight decay acts beside the rule, w ← (1 - learningRate weightDecay) w before its step, instead of adding
    /// weightDecay w to the gradient that the rule sees.
    /// </summary>
    /// <remarks>Source: Loshchilov, Hutter 2019.</remarks>
    public virtual bool DecoupledWeightDecay { get; init; }

    /// <summary>
    /// Whether the rule climbs the loss instead of descending: g ← -g before weight decay is added, which so still pulls towards zero.
    /// </summary>
    /// <remarks>
    /// Maximising f is exactly minimising -f. The sign is turned inside the update, at no cost; a parameter's gradient keeps its own.
    /// Source: the option <c>maximize</c> of torch.optim, here for every rule.
    /// </remarks>
    public bool Maximize { get; init; }

    /// <summary>
    /// The coefficient that schedules move against the learning rate (1cycle, cyclic): the momentum, or how much of the mean gradient
    /// stays; null for a rule without one.
    /// </summary>
    public virtual double? MomentumCoefficient => null;

    /// <summary>The rule's name, as messages give it.</summary>
    protected internal string Rule
    {
        get
        {
            string name = GetType().Name;
            return name.EndsWith("Options", StringComparison.Ordinal) ? name[..^"Options".Length] : name;
        }
    }

    /// <summary>All values by name: <c>SGDOptions { LearningRate = 0.1, … }</c>.</summary>
    public sealed override string ToString() => $"{GetType().Name} {{ {Values} }}";

    /// <summary>All values by name, without the record's own.</summary>
    internal string Values => RecordText.Of(PrintMembers);

    /// <summary>The same options with another <see cref="MomentumCoefficient"/>.</summary>
    /// <exception cref="InvalidOperationException">The rule has none.</exception>
    public virtual OptimizerOptions WithMomentumCoefficient(double value) =>
        throw new InvalidOperationException($"{Rule} has no momentum to set.");

    /// <summary>Prints what every rule has, as far as it is in use; records that derive add their own.</summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Append($"LearningRate = {LearningRate}, WeightDecay = {WeightDecay}");
        builder.Append(DecoupledWeightDecay ? " (decoupled)" : string.Empty).Append(Maximize ? ", Maximize" : string.Empty);
        return true;
    }

    /// <summary>Checks options against each other; those that stand alone are checked when they are set.</summary>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    protected internal virtual void Validate()
    {
    }

    /// <summary>The value, if it is finite and not negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    protected double NotNegative(double value, [CallerMemberName] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw Refused(value, "finite and not negative", name);

    /// <summary>The value, if it is finite and above zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    protected double Positive(double value, [CallerMemberName] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw Refused(value, "finite and above 0", name);

    /// <summary>The value, if it is in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    protected double InUnit(double value, [CallerMemberName] string name = "") =>
        value >= 0 && value < 1 ? value : throw Refused(value, "in [0, 1)", name);

    /// <summary>The error for a value that is not allowed.</summary>
    protected ArgumentOutOfRangeException Refused(object value, string allowed, [CallerMemberName] string name = "") => new(
        char.ToLowerInvariant(name[0]) + name[1..],
        $"{Rule}: {char.ToLowerInvariant(name[0])}{name[1..]} must be {allowed}, not {value}.");
}
