namespace DeepSharp.Layers;

/// <summary>A body with a way around it: y = body(x) + shortcut(x). He, Zhang, Ren, Sun 2015.</summary>
/// <remarks>
/// <para>The names are <c>body.…</c> and, if there is a shortcut, <c>shortcut.…</c>.</para>
/// <para>In a <see cref="Sequential"/>, a <see cref="LayerNorm"/>, <see cref="RMSNorm"/> or <see cref="BatchNorm"/> behind it adds the two
/// branches in its own kernel, in the pass that takes the statistics, and applies the activation behind a batch norm as well; the values are the
/// same: <c>[new Residual([new Dense(64, 64), new ReLU(), new Dense(64, 64)]), new LayerNorm(64)]</c>.</para>
/// </remarks>
public sealed class Residual : Module
{
    /// <summary>A body with a way around it.</summary>
    /// <param name="body">The body.</param>
    /// <param name="shortcut">What brings the input to the shape of the body's output; the input itself if null.</param>
    public Residual(Module body, Module? shortcut = null)
    {
        Body = Add("body", body);
        if (shortcut is not null)
        {
            Shortcut = Add("shortcut", shortcut);
        }
    }

    /// <summary>A chain of modules with a way around it: <c>new Residual([new Dense(8, 8), new Tanh()])</c>.</summary>
    /// <param name="body">The chain.</param>
    /// <param name="shortcut">What brings the input to the shape of the body's output; the input itself if null.</param>
    public Residual(Sequential body, Module? shortcut = null)
        : this((Module)body, shortcut)
    {
    }

    /// <summary>What is computed beside the way around it.</summary>
    public Module Body { get; }

    /// <summary>What brings the input to the shape of the body's output, or null.</summary>
    public Module? Shortcut { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The branches put out different shapes.</exception>
    public override Tensor Forward(Tensor input)
    {
        (Tensor body, Tensor shortcut) = Branches(input);
        return body + shortcut;
    }

    /// <summary>What is to be added.</summary>
    internal (Tensor Body, Tensor Shortcut) Branches(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Tensor body, Tensor shortcut) = (Body.Output(input), Shortcut?.Output(input) ?? input);
        Check(body, shortcut);
        return (body, shortcut);
    }

    /// <summary>That the branches' outputs can be added.</summary>
    internal void Check(Tensor body, Tensor shortcut)
    {
        if (body.Shape != shortcut.Shape)
        {
            throw new ArgumentException(
                $"Residual: the body puts out {body.Shape} and {(Shortcut is null ? "the input" : "the shortcut")} is {shortcut.Shape}. "
                + "Both must have one shape: change the body's last layer, or give a shortcut, such as a Dense layer, that brings the input "
                + "to the body's shape.");
        }
    }
}
