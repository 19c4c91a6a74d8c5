using System.Globalization;

namespace DeepSharp.Layers;

/// <summary>
/// Several networks for one task, whose predictions are averaged: <c>new Ensemble([a, b, c], EnsembleAverage.Probabilities)</c>.
/// </summary>
/// <remarks>
/// <para>With M members f_m, the output is y = (f_1(x) + … + f_M(x)) / M, or for <see cref="EnsembleAverage.Probabilities"/> the
/// logarithm of the mean probability of each class, y = ln((softmax(f_1(x)) + … + softmax(f_M(x))) / M). The latter are logits again, since
/// their softmax is that mean: a <see cref="CrossEntropyLoss"/> and an accuracy take them as they take the members' own, and
/// <c>y.Exp()</c> is the mean itself. Classes stand on the second axis, or the only one, as for <see cref="CrossEntropyLoss"/>.</para>
/// <para>Members are named by their numbers, so that an ensemble is saved and loaded as one module: <c>0.weight</c> is member 0's. They stay
/// usable by themselves. Trained one by one from different initial values, or on different parts of the data, they err
/// differently, and their average errs less than they do on average: by convexity neither its squared error nor, with probabilities,
/// its cross-entropy is above the mean of theirs. Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 7.11.</para>
/// </remarks>
/// <example><code>
/// Ensemble ensemble = new([first, second, third], EnsembleAverage.Probabilities);
/// double accuracy = ensemble.Evaluate(test, metrics: [new Accuracy()])["accuracy"];
/// Tensor probabilities = ensemble.Predict(images).Exp();
/// </code></example>
public sealed class Ensemble : Module
{
    private readonly Module[] _members;

    /// <summary>An ensemble of networks that take the same input and put out the same shape.</summary>
    /// <param name="members">The networks, on one device; at least one. One given twice counts twice.</param>
    /// <param name="average">What is averaged.</param>
    /// <exception cref="ArgumentException">There is no member.</exception>
    /// <exception cref="ArgumentNullException">A member is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The average is unknown.</exception>
    public Ensemble(IEnumerable<Module> members, EnsembleAverage average = EnsembleAverage.Outputs)
    {
        ArgumentNullException.ThrowIfNull(members);
        _members = [.. members];
        if (_members.Length == 0)
        {
            throw new ArgumentException("Ensemble: there is no member. Give at least one network.", nameof(members));
        }

        Average = Enum.IsDefined(average)
            ? average
            : throw new ArgumentOutOfRangeException(nameof(average), $"Ensemble: the average must be Outputs or Probabilities, not {average}.");
        for (int i = 0; i < _members.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(_members[i], nameof(members));
            Add(i.ToString(CultureInfo.InvariantCulture), _members[i]);
        }
    }

    /// <summary>The networks.</summary>
    public IReadOnlyList<Module> Members => _members;

    /// <summary>What is averaged.</summary>
    public EnsembleAverage Average { get; }

    /// <summary>The average of the members' predictions.</summary>
    /// <param name="input">The input of every member.</param>
    /// <exception cref="ArgumentException">The members' outputs differ in shape, element type or device, or have no axis of
    /// classes.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor[] outputs = new Tensor[_members.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = _members[i].Output(input);
            Check(outputs[0], outputs[i], i);
        }

        if (Average == EnsembleAverage.Outputs)
        {
            return Tensor.Stack(outputs).Mean(0);
        }

        if (outputs[0].Rank == 0)
        {
            throw new ArgumentException(
                "Ensemble: the members put out scalars, which have no classes. Average Outputs, or let members put out logits [N, C].");
        }

        // Between logarithms throughout: a probability too small for its type would have the logarithm -inf.
        int axis = Math.Min(1, outputs[0].Rank - 1);
        return Tensor.Stack([.. outputs.Select(logits => logits.LogSoftmax(axis))]).LogSumExp(0) - Math.Log(outputs.Length);
    }

    /// <inheritdoc/>
    public override string ToString() => ModuleSummary.Lines(this, $"Ensemble({Average})");

    private static void Check(Tensor first, Tensor output, int member)
    {
        if (output.Shape != first.Shape || output.DType != first.DType || !ReferenceEquals(output.Device, first.Device))
        {
            throw new ArgumentException(
                $"Ensemble: member 0 puts out {first.Shape} of {first.DType} on {first.Device}, member {member} {output.Shape} of "
                + $"{output.DType} on {output.Device}. All members must put out the same shape and type on one device.");
        }
    }
}
